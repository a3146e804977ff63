extension StepEvaluator {
    /// Walks the branches of a Parallel state, or the iterations of a Map state, as far as they get.
    ///
    /// The one that is due first goes first, so that one which never waits cannot hold up the others.
    mutating func walk(
        _ state: State,
        _ cursor: Cursor,
        _ branches: Branches,
        by stimuli: [Stimulus],
        _ tasks: inout some TaskHandler
    ) -> Move {
        work.beginState()
        var fork = BranchingState(state: state, cursor: cursor, branches: branches)
        let lines: BranchLines
        do throws(StateFailure) {
            lines = try BranchLines(of: fork, within: line, scope(of: cursor))
        } catch {
            var failure = error
            let failed = recordEvaluation(state, cursor, &failure)
            return .end(.failed(failed, failure))
        }
        do throws(StateFailure) {
            var queue = fork.branches.ready(at: now, by: stimuli)
            queue += try beginIterations(&fork, lines, previous: cursor.previousID)
            var next = queue.startIndex
            while next < queue.endIndex {
                let index = queue[next]
                next += 1
                guard case .open(let branch) = fork.branches.begun[index] else { continue }
                // What is due stays due; an answer is there only once.
                guard hasRoom || branch.isAnswered(by: stimuli) else { continue }
                switch run(lines[index], from: branch, by: stimuli, &tasks) {
                case .resting(let resting):
                    fork.set(index, resting)
                case .failed(let failed, let failure):
                    return abort(fork, after: failed, at: index, failure)
                case .succeeded(let output, let previous):
                    fork.end(index, output: state.needsResult ? output : nil)
                    fork.cursor.previousID = recordSuccess(state, index, previous: previous)
                    if overflows { throw Self.fullHistory }
                    queue += try beginIterations(&fork, lines, previous: previous)
                }
            }
            return fork.isDone ? try leave(fork) : .end(.resting(fork.resting))
        } catch {
            return abort(fork, error)
        }
    }

    /// Walks a branch's line, and comes back to this one.
    private mutating func run(
        _ inner: BranchContext,
        from cursor: Cursor,
        by stimuli: [Stimulus],
        _ tasks: inout some TaskHandler
    ) -> End {
        let outer = line
        line = inner
        defer { line = outer }
        switch run(resumption(of: cursor, by: stimuli), &tasks) {
        case .resting(let resting) where resting.enteredID != cursor.enteredID: return .resting(stored(resting))
        case .failed(let failed, let failure): return .failed(stored(failed), failure)
        case let end: return end
        }
    }

    /// Writes that an iteration succeeded; a Parallel state's branch ends without an event.
    private mutating func recordSuccess(_ state: State, _ index: Int, previous: Int) -> Int {
        guard state.isMap else { return previous }
        return record(
            "MapIterationSucceeded",
            previous: previous,
            .mapIteration("mapIterationSucceededEventDetails", state.name, index)
        )
    }

    /// Leaves a state whose branches have all succeeded. The exit points past the event that says so, as AWS has it.
    mutating func leave(_ fork: BranchingState) throws(StateFailure) -> Move {
        try leave(fork, with: JSON.array(fork.branches.begun.compactMap(\.output)))
    }

    /// Leaves a state whose branches have all succeeded, with a result.
    mutating func leave(_ fork: BranchingState, with result: JSON) throws(StateFailure) -> Move {
        var cursor = fork.cursor
        cursor.phase = .entering
        work.beginState()
        if fork.state.needsResult, let failure = dataFailure(of: result, from: fork.state.name) {
            return .fail(fork.state, cursor, failure)
        }
        record(fork.state.typeName + "StateSucceeded", previous: cursor.previousID, nil)
        do throws(StateFailure) {
            return .exit(fork.state, cursor, try leaving(fork.state, with: result, scope(of: cursor)))
        } catch {
            return .fail(fork.state, cursor, error)
        }
    }

    // MARK: Failure

    /// Fails the state because of one branch, and gives up the others.
    private mutating func abort(
        _ fork: BranchingState,
        after failed: Cursor,
        at index: Int,
        _ failure: StateFailure
    ) -> Move {
        var fork = fork
        fork.cursor.previousID = failed.previousID
        fork.set(index, failed)
        recordFailure(of: index, in: fork.state, failed)
        abort(fork.branches, of: fork.state, except: index)
        return .fail(fork.state, fork.resting, failure)
    }

    /// Writes that a branch failed: AWS gives up the task that did it, too.
    private mutating func recordFailure(of index: Int, in state: State, _ failed: Cursor) {
        if case .task = state.graph(of: index).states[failed.state]?.kind {
            record("TaskStateAborted", previous: failed.previousID, nil)
        }
        guard state.isMap else { return }
        record(
            "MapIterationFailed",
            previous: failed.previousID,
            .mapIteration("mapIterationFailedEventDetails", state.name, index)
        )
    }

    /// Fails the state because of what it says itself, and gives its branches up.
    private mutating func abort(_ fork: BranchingState, _ failure: StateFailure) -> Move {
        abort(fork.branches, of: fork.state, except: nil)
        return .fail(fork.state, fork.resting, failure)
    }

    private mutating func abort(_ branches: Branches, of state: State, except failed: Int?) {
        for (index, branch) in branches.begun.enumerated() where index != failed {
            guard !overflows else { return }
            guard case .open(let cursor) = branch else { continue }
            // The executions of a map run have their own histories.
            if branches.run != nil { continue }
            if let inner = state.graph(of: index).states[cursor.state] { abort(inner, cursor) }
            if state.isMap {
                record(
                    "MapIterationAborted",
                    previous: cursor.previousID,
                    .mapIteration("mapIterationAbortedEventDetails", state.name, index)
                )
            }
        }
    }

    private mutating func abort(_ state: State, _ cursor: Cursor) {
        switch cursor.phase {
        case .entering, .failed: return
        case .branches(let branches): abort(branches, of: state, except: nil)
        case .waiting, .retrying, .task: break
        }
        record(state.typeName + "StateAborted", previous: cursor.previousID, nil)
    }
}

extension Branches {
    /// The open ones that time or an answer moves on, by the instants since when.
    fileprivate func ready(at now: Instant, by stimuli: [Stimulus]) -> [Int] {
        var ready: [(index: Int, since: Instant)] = []
        for (index, branch) in begun.enumerated() {
            guard case .open(let cursor) = branch else { continue }
            let wakeUp = cursor.wakeUp
            if let wakeUp, wakeUp <= now {
                ready.append((index, wakeUp))
            } else if cursor.isAnswered(by: stimuli) {
                ready.append((index, now))
            }
        }
        return ready.sorted { ($0.since, $0.index) < ($1.since, $1.index) }.map(\.index)
    }
}

extension Cursor {
    /// Whether a stimulus is for one of its tasks, or map runs.
    fileprivate func isAnswered(by stimuli: [Stimulus]) -> Bool {
        guard !stimuli.isEmpty else { return false }
        return pendingTasks.contains { task in stimuli.contains { $0.task == task.id } }
            || stimuli.contains { if case .tuned(let run, _) = $0 { mapRuns.contains(run) } else { false } }
    }
}

extension Branches.Branch {
    fileprivate var output: JSON? { if case .ended(let output) = self { output } else { nil } }
}

extension State {
    /// What a branch of the state runs.
    fileprivate func graph(of index: Int) -> StateGraph { isMap ? graphs[0] : graphs[index] }

    /// Whether anything looks at what the state's branches come to.
    var needsResult: Bool {
        dataFlow.usesResult || assignment != nil
    }
}
