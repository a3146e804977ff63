package import StatesLanguage

/// Carries out the tasks on items of one step of an execution.
///
/// Nothing is written by it: plain writes, whose outcome is known beforehand, are answered at once and become effects
/// of the commit; all else is evaluated by Redis inside the commit, and stays pending until the outcome comes back.
package struct ItemTaskHandler {
    private let keyAttributes: KeyAttributes
    private let execution: ExecutionKey
    private let now: Instant?
    private let alwaysEvaluate: Bool

    /// A handler for one step.
    ///
    /// - Parameters:
    ///   - keyAttributes: The tables' key attributes.
    ///   - execution: The execution, which the requests' ids are derived from.
    ///   - now: The instant for the `Date` header in outputs; without it the header is left out.
    ///   - alwaysEvaluate: Whether even plain writes wait for their outcome, after Redis refused one of them.
    package init(
        keyAttributes: KeyAttributes = KeyAttributes(),
        execution: ExecutionKey,
        now: Instant? = nil,
        alwaysEvaluate: Bool = false
    ) {
        self.keyAttributes = keyAttributes
        self.execution = execution
        self.now = now
        self.alwaysEvaluate = alwaysEvaluate
    }

    /// Begins a task.
    ///
    /// - Returns: What became of it, and what the commit has to do for it.
    package func begin(_ task: TaskRequest) -> (disposition: TaskDisposition, effect: ItemEffect?) {
        guard let resource = ItemResource(task.resource) else {
            return (
                .failed(error: "States.Runtime", cause: "The resource \(task.resource) is not supported"), nil
            )
        }
        return begin(task, resource)
    }

    /// Begins a task whose resource is known.
    ///
    /// - Parameters:
    ///   - write: What its state was prepared to.
    ///   - evaluates: Whether even a plain write waits for its outcome.
    func begin(
        _ task: TaskRequest,
        _ resource: ItemResource,
        _ write: PreparedWrite? = nil,
        evaluates: Bool = false
    ) -> (disposition: TaskDisposition, effect: ItemEffect?) {
        let alwaysEvaluate = alwaysEvaluate || evaluates
        if !alwaysEvaluate, let effect = write?.effect(task.values) { return (done(task, resource), effect) }
        do throws(ItemProblem) {
            let operation = try ItemOperation(
                resource.action,
                parameters: task.parameters,
                keyAttributes: keyAttributes
            )
            if !alwaysEvaluate, !operation.mayOutgrow, let effect = operation.plainEffect {
                try check(effect)
                return (done(task, resource), effect)
            }
            let program = operation.program(task: task.id, echo: response(to: task, resource).echo)
            let makesNew = operation.makesNew(program.utf8.count)
            let effect = ItemEffect.evaluate(operation.key, program: program, task: task.id, makesNew: makesNew)
            try check(effect)
            return (.pending, effect)
        } catch {
            return (failure(error, of: task, resource), nil)
        }
    }

    /// Begins a task on declared tables. Only Redis knows their keys: its outcome is always waited for.
    ///
    /// - Parameters:
    ///   - tables: The declared tables; they say no more than where the effect belongs.
    ///   - isSpread: Whether there are several partitions.
    func beginOnTable(
        _ task: TaskRequest,
        _ resource: ItemResource,
        _ tables: DeclaredTables,
        isSpread: Bool
    ) -> (disposition: TaskDisposition, effect: ItemEffect?) {
        do throws(ItemProblem) {
            let operation = try TableOperation(resource.action, parameters: task.parameters)
            let program = operation.program(task: task.id, echo: response(to: task, resource).echo)
            let key = ItemKey(table: operation.table, id: operation.home(in: tables))
            let effect: ItemEffect =
                if isSpread, resource.action == .scan {
                    .tour(key, program: program, task: task.id)
                } else {
                    .evaluate(key, program: program, task: task.id, makesNew: operation.makesNew)
                }
            try check(effect)
            return (effect.isTour ? .waiting(.message) : .pending, effect)
        } catch {
            return (failure(error, of: task, resource), nil)
        }
    }

    /// Refuses what would be too much for one call of Redis.
    private func check(_ effect: ItemEffect) throws(ItemProblem) {
        let texts = effect.texts()
        guard texts <= Limits.texts else {
            throw .validation("The request has more than \(Limits.texts) names and texts: \(texts)")
        }
        // A value has eight bytes at least.
        let values = effect.writtenBytes > 8 * Limits.values ? effect.values : 0
        guard values <= Limits.values else {
            throw .validation("The request has more than \(Limits.values) values: \(values)")
        }
    }

    private func done(_ task: TaskRequest, _ resource: ItemResource) -> TaskDisposition {
        .succeeded(output: task.needsOutput ? response(to: task, resource).output([:]) : .null)
    }

    private func failure(_ problem: ItemProblem, of task: TaskRequest, _ resource: ItemResource) -> TaskDisposition {
        if case .parameters(let reason) = problem {
            return .failed(
                error: "States.Runtime",
                cause: "The Parameters '\(task.parameters.text)' could not be used to start the Task: [\(reason)]"
            )
        }
        let failure = problem.failure(
            integration: resource.integration,
            requestID: response(to: task, resource).requestID
        )
        return .failed(error: failure.error, cause: failure.cause)
    }

    private func response(to task: TaskRequest, _ resource: ItemResource) -> ItemResponse {
        ItemResponse(
            integration: resource.integration,
            requestID: RequestID.derive(from: execution.member, task: task.id),
            date: now.map(HTTPDate.text)
        )
    }
}
