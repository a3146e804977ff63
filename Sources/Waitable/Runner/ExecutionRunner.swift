package import StatesLanguage

/// Runs one execution on, in memory: from its wait to its next wait, to an item operation whose outcome only Redis
/// knows, or to its end. What it writes comes back as a ``Step``, to be committed. A class, since every step hands it around.
package final class ExecutionRunner: Sendable {
    /// The machine that the execution runs.
    package let machine: DeployedMachine
    /// Names in the context object and in the history.
    package let arn: ARN
    let secret: TaskTokenKey
    private let areApart: AreApart?
    private let tables: DeclaredTables

    /// Whether two ids lie in different partitions.
    package typealias AreApart = @Sendable (_ id: String, _ other: String) -> Bool

    /// A runner for the executions of one machine.
    ///
    /// - Parameters:
    ///   - secret: The key of the namespace's task tokens.
    ///   - areApart: What lies in another partition than an execution; `nil` where there is only one. To make steps again it is
    ///     not needed.
    ///   - tables: The declared tables; none to make steps again.
    package init(
        machine: DeployedMachine,
        arn: ARN,
        secret: TaskTokenKey,
        areApart: AreApart? = nil,
        tables: DeclaredTables = DeclaredTables()
    ) {
        self.tables = tables
        self.machine = machine
        self.arn = arn
        self.secret = secret
        self.areApart = areApart
    }

    /// Whether an execution is of the machine and its revision.
    package func runs(_ execution: Execution) -> Bool {
        machine.hash == execution.revision && machine.name == execution.key.machine
    }

    /// Runs an open execution on, with whatever messages it has.
    ///
    /// - Parameters:
    ///   - execution: As its document says.
    ///   - now: The Redis clock.
    ///   - evaluatesAll: Whether even a plain item write waits for its outcome; for the second try of a step whose
    ///     plain writes Redis refused.
    ///   - allowance: The units of work with which the step breaks off. One that has used as many is not to be committed:
    ///     its history could not be made anew.
    /// - Throws: `JSONError` where the execution's input is not JSON.
    package func run(
        _ execution: Execution,
        at now: Instant,
        evaluatesAll: Bool = false,
        within allowance: Int = .max
    ) throws(JSONError) -> Step {
        let entry = JournalEntry(instant: now, messages: execution.messages, evaluatesAll: evaluatesAll)
        return try step(of: execution, entry, within: allowance, areApart)
    }

    /// Takes over an item that was put into Redis by hand: it stands in its wait, and the wait is over.
    package func adopt(_ execution: Execution, at now: Instant) throws(JSONError) -> Step {
        try step(of: execution, JournalEntry(instant: now, kind: .adoption), areApart)
    }

    /// Makes the step that an entry describes.
    ///
    /// - Parameters:
    ///   - recording: What is told of the step's events.
    ///   - areApart: What lies in another partition; `nil` for what the entry says.
    func step(
        of execution: Execution,
        _ entry: consuming JournalEntry,
        recording: Recording = .nothing,
        within allowance: Int = .max,
        _ areApart: AreApart? = nil
    ) throws(JSONError) -> Step {
        if case .failure(let failure) = entry.kind { return execution.failing(failure, at: entry.instant) }
        // Copied once, and held by all that need it.
        let before = Box(execution)
        let isExpress = execution.key.isExpress
        var tasks = StepTasks(
            of: before,
            at: entry.instant,
            by: self,
            alwaysEvaluate: entry.evaluatesAll,
            isRedrive: entry.messages.redrivenAt != nil,
            elsewhere: areApart.map(TaskPlaces.asked) ?? .known(entry.elsewhere),
            onTables: tables.isEmpty ? .known(entry.onTables) : .asked(tables)
        )
        let interpreter = Interpreter(
            machine: machine.definition,
            context: try context(of: execution, isExpress: isExpress),
            recording: recording,
            allowance: allowance
        )
        var flow = execution.flow
        // That it was stopped is an event, which the function that stopped it did not count.
        if entry.messages.closing?.status == .aborted { flow?.lastEventID += 1 }
        let due = flow.map(\.wakeUp) ?? execution.startDate
        let advance = advance(flow, entry, interpreter, &tasks)
        var next = execution
        next.messages = ExecutionMessages()
        if entry.messages.redrivenAt != nil { next.redriveCount += 1 }
        let history: HistoryLevel = isExpress ? .off : machine.revision.history
        if flow == nil, history != .off { next.journal = Journal() }
        let place = next.take(advance.outcome, at: entry.instant)
        var effects = Self.begun(tasks.effects, next)
        if flow == nil, let moved = entry.messages.rescheduledTo {
            effects = effects.map { $0.moved(to: moved, of: next.key) }
        }
        effects.append(unlessEmpty: following(execution, entry.messages, next))
        effects.append(unlessEmpty: Self.abandoning(execution, entry.messages, next))
        effects.append(unlessEmpty: forgetting(entry.messages, execution, place))
        if place == .closed, machine.revision.hasEvents { effects.append(.tell(ExecutionEvent(closed: next))) }
        entry.elsewhere = tasks.elsewhere
        entry.onTables = tasks.onTables
        return Step(
            execution: next,
            before: before,
            due: due,
            next: place,
            journal: entry,
            effects: effects,
            calls: tasks.calls,
            events: advance.events,
            notes: advance.notes,
            lastEventID: advance.lastEventID,
            history: history,
            retries: advance.retries,
            passed: advance.passed,
            work: advance.work
        )
    }

    private func advance(
        _ flow: Flow?,
        _ entry: JournalEntry,
        _ interpreter: Interpreter,
        _ tasks: inout StepTasks
    ) -> Advance {
        let now = entry.instant
        guard let flow else {
            if entry.kind == .adoption, let advance = interpreter.adopt(at: now, tasks: &tasks) { return advance }
            return interpreter.start(at: now, waitEnd: entry.messages.rescheduledTo, tasks: &tasks)
        }
        if entry.messages.redrivenAt != nil {
            return interpreter.redrive(flow, at: now, waitEnd: entry.messages.rescheduledTo, tasks: &tasks)
        }
        var stimuli: [Stimulus] = []
        if let instant = entry.messages.rescheduledTo { stimuli.append(.rescheduled(to: instant)) }
        for (task, outcome) in entry.messages.outcomes {
            guard let task = Int(task) else { continue }
            stimuli.append(TaskAnswer.stimulus(of: outcome, for: task, arn: arn, at: now))
        }
        stimuli.append(unlessEmpty: TaskAnswer.stimuli(entry.messages.answers, arn: arn, at: now))
        return interpreter.advance(flow, by: stimuli, at: now, tasks: &tasks)
    }

    /// What the step's tasks asked for, without what the step itself has given up again: an execution or an activity's
    /// task whose end nobody waits for is not begun.
    private static func begun(_ effects: [Effect], _ after: Execution) -> [Effect] {
        guard effects.contains(where: { $0.awaitingTask != nil }) else { return effects }
        let awaited = Set(after.flow?.pendingTasks.map(\.id) ?? [])
        return effects.filter { effect in effect.awaitingTask.map(awaited.contains) ?? true }
    }

    /// The jobs of adapters that go on, where what is known of them has changed, and those that have ended.
    private func following(_ before: Execution, _ messages: ExecutionMessages, _ after: Execution) -> [Effect] {
        guard machine.isToldThings else { return [] }
        let known = before.flow?.followedTasks ?? []
        let ended = known.filter { messages.answers["\($0.id)"] != nil }.map { Effect.unfollow(task: $0.id) }
        guard after.status == .running else { return ended }
        let tasks = after.flow?.followedTasks ?? []
        // What the same step is told of and gives up. Where the execution ends, its inbox still has it.
        let pending = before.flow?.pendingTasks ?? []
        let lost = pending.flatMap { task -> [Effect] in
            guard let job = messages.answers["b\(task.id)"]?.objectValue?["job"]?.stringValue,
                messages.answers["\(task.id)"] == nil, !tasks.contains(where: { $0.id == task.id })
            else { return [] }
            return [.follow(task: task.id, job: job), .stop(task: task.id)]
        }
        guard !tasks.isEmpty else { return ended + lost }
        let begun = tasks.filter { task in
            !known.contains { $0.id == task.id && $0.poll.state == task.poll.state }
        }
        return ended + lost
            + begun.compactMap { task in
                guard case .outside(let outside) = machine.tasks[task.state]?.integration, outside.needsAdapter else {
                    return nil
                }
                return .follow(task: task.id, job: FollowedJob(outside, task).text)
            }
    }

    /// The end of executions and jobs that tasks waited for, and a step of an execution that goes on does not any more.
    private static func abandoning(_ before: Execution, _ messages: ExecutionMessages, _ after: Execution) -> [Effect] {
        guard after.status == .running, let tasks = before.flow?.pendingTasks, !tasks.isEmpty else { return [] }
        let awaited = Set(after.flow?.pendingTasks.map(\.id) ?? [])
        return tasks.filter { task in
            !awaited.contains(task.id) && messages.answers["\(task.id)"] == nil
                && (task.answerer == .token || task.poll != nil || messages.hasStarted(task.id)
                    // What it has asked another partition for may be under way.
                    || task.answerer == .message && messages.answers["o\(task.id)"] == nil)
        }
        .map { .stop(task: $0.id) }
    }

    /// The answers that a step has read, to be taken out of the inbox.
    private func forgetting(
        _ messages: ExecutionMessages,
        _ execution: Execution,
        _ place: Transition.Next
    ) -> [Effect] {
        if place == .closed {
            return execution.closingEffects(mayHaveInbox: execution.flow != nil && machine.isToldThings)
        }
        let read = messages.answers.map { answer in
            // A sign of life or a change may have been followed by another one; an answer comes once.
            let comesAgain = answer.value.integerValue != nil || answer.key.hasPrefix("m")
            return ItemField(name: answer.key, value: comesAgain ? answer.value.text : "")
        }
        return read.isEmpty ? [] : [.forget(answers: read)]
    }

    private func context(of execution: Execution, isExpress: Bool) throws(JSONError) -> ExecutionContext {
        // What the ARNs are made from when somebody asks for them: the whole execution need not be kept for that.
        let (arn, key, name) = (arn, execution.key, machine.name)
        return try ExecutionContext(
            executionID: arn.execution(key),
            executionName: isExpress ? key.givenName : key.name,
            startTime: execution.startDate,
            roleARN: machine.revision.roleARN,
            redriveCount: execution.redriveCount,
            stateMachineID: arn.stateMachine(name),
            stateMachineName: name,
            region: arn.region,
            inputText: execution.input,
            isExpress: isExpress
        )
    }
}

extension Array {
    /// Appends what there is; nearly always that is nothing.
    fileprivate mutating func append(unlessEmpty others: [Element]) { if !others.isEmpty { self += others } }
}
