/// What paths are looked up in while a state runs: its data, the context object, and the variables.
struct DataScope {
    let state: String
    let enteredID: Int
    /// What `$` of a path is: the state's input, or the part of it or the result that is looked at.
    var input: JSON
    /// All of the state's input.
    let stateInput: JSON
    /// What the state came to.
    private(set) var outcome: Outcome?
    /// The moment that a query sees.
    private(set) var now: Instant
    private(set) var context: ContextObject
    let variables: Variables
    /// What all that is evaluated costs.
    let work: WorkBudget

    /// What a state came to.
    enum Outcome: Sendable {
        case result(JSON)
        /// An error that a rule of `Catch` covers.
        case error(JSON)
    }

    /// The value at a path. ``checkWork()`` says whether it is to be used.
    func value(at path: Path) throws(PathMiss) -> JSON {
        let value =
            switch path.root {
            case .data: try path.value(in: input, work)
            case .context: try context.value(at: path, work)
            case .variable(let name): try value(of: name, at: path)
            }
        // What is gathered can be many times what there is.
        if !path.isDefinite { work.spend(on: value) }
        return value
    }

    private func value(of name: String, at path: Path) throws(PathMiss) -> JSON {
        guard let value = variables[name] else { throw PathMiss(path: path, position: nil) }
        return try path.value(in: value, work)
    }

    /// The value at a path, or the error that AWS raises for a path that misses.
    func required(_ path: Path) throws(StateFailure) -> JSON {
        let found: JSON
        do {
            found = try value(at: path)
        } catch {
            throw runtimeError("Invalid path '\(path.text)' : \(error.reason)")
        }
        try checkWork()
        return found
    }

    /// The same scope with other data.
    consuming func with(_ input: JSON) -> DataScope {
        self.input = input
        return self
    }

    /// The same scope with what the state's work came to.
    consuming func with(result: JSON) -> DataScope {
        input = result
        outcome = .result(result)
        return self
    }

    /// The same scope with an error that is caught.
    consuming func with(error: JSON) -> DataScope {
        input = error
        outcome = .error(error)
        return self
    }

    /// The same scope at another moment: what is evaluated again in a later step must come to the same.
    consuming func at(_ instant: Instant) -> DataScope {
        now = instant
        return self
    }

    /// The same scope with an item of a Map state.
    consuming func with(_ item: MapItem) -> DataScope {
        context.item = item
        return self
    }

    /// The same scope with the token of a task that begins.
    consuming func with(taskToken: String) -> DataScope {
        context.taskToken = taskToken
        return self
    }

    /// What random values at a place in the state are made from: the same when the step is made again, another with each
    /// entry, retry and item.
    func seed(for place: String) -> String { seed.text(for: place) }

    /// What the seeds of all places in the state have in common.
    var seed: Seed {
        Seed(
            execution: context.execution,
            enteredID: enteredID,
            retryCount: context.retryCount,
            item: context.item?.index
        )
    }

    /// What random values are made from. Its text is made only where it is needed.
    struct Seed: Sendable {
        let execution: ExecutionContext
        let enteredID: Int
        let retryCount: Int
        let item: Int?

        func text(for place: String) -> String {
            "\(execution.executionID)|\(enteredID)|\(retryCount)|\(item.map(String.init) ?? "")|\(place)"
        }
    }

    /// `States.Runtime`, with the state and the event at which it was entered.
    func runtimeError(_ detail: String) -> StateFailure {
        StateFailure(error: ErrorName.runtime, cause: cause(detail))
    }

    /// `States.QueryEvaluationError`, with the state and the event at which it was entered.
    ///
    /// - Parameter location: The query's place in the state; `nil` where there is none.
    func evaluationError(_ detail: String, at location: String?) -> StateFailure {
        StateFailure(
            error: ErrorName.queryEvaluationError,
            cause: cause(detail),
            evaluation: StateFailure.Evaluation(location: location)
        )
    }

    /// A cause that names the state and the event at which it was entered; not longer than AWS's.
    func cause(_ detail: String) -> String {
        "An error occurred while executing the state '\(state)' (entered at the event id #\(enteredID)). \(detail)"
            .shortened(to: DataLimit.causeBytes)
    }
}
