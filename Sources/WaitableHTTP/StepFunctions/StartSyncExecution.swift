import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

extension StepFunctionsAPI {
    /// Starts an execution of an EXPRESS machine, and answers when it has closed.
    func startSyncExecution(_ request: APIRequest) async throws -> JSONObject {
        try await told(try await startSync(request), within: nil)
    }

    /// The same for a task, which is answered after a moment at the latest: what is open then is told as `RUNNING`.
    func beginSyncExecution(_ request: APIRequest) async throws -> JSONObject {
        try request.check(against: FollowedExecution.start)
        return try await told(try await startSync(request), within: FollowedExecution.patience)
    }

    /// How an execution stands that a task has started so.
    func pollSyncExecution(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("executionArn")
        return try await told(try ingest.arn.expressExecutionKey(in: arn), within: .zero)
    }

    private func startSync(_ request: APIRequest) async throws -> ExecutionKey {
        let arn = try request.required("stateMachineArn")
        let reference = try ingest.arn.stateMachineReference(in: arn)
        guard let record = try await ingest.store.machine(reference.name) else { throw APIError.noStateMachine(arn) }
        guard record.type == .express else { throw APIError.wrongType }
        return try await start(request).key
    }

    private func told(_ key: ExecutionKey, within patience: Duration?) async throws -> JSONObject {
        if let execution = try await closed(key, within: patience) { return answer(execution) }
        return ["executionArn": .string(ingest.arn.execution(key)), "status": .string("RUNNING")]
    }

    /// The execution once it has closed, which an EXPRESS one does within five minutes; `nil` where it has not in time.
    private func closed(_ key: ExecutionKey, within patience: Duration?) async throws -> Execution? {
        let end = patience.map { ContinuousClock.now + $0 }
        var isLate: Bool { end.map { $0 <= .now } ?? false }
        var pause: Duration = .milliseconds(2)
        while true {
            // While it is open it stands in `due`: its document, which may be large, is read once.
            while try await ingest.store(of: key).dueScore(key) != nil {
                if isLate { return nil }
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(100))
            }
            guard let execution = try await document(key) else {
                throw APIError.noExecution(ingest.arn.execution(key))
            }
            guard execution.status.isOpen else { return execution }
            if isLate { return nil }
            try await Task.sleep(for: pause)
        }
    }

    private func answer(_ execution: Execution) -> JSONObject {
        let included: JSON = .object(["included": .bool(true)])
        let stop = execution.stopDate ?? execution.startDate
        let duration = stop.milliseconds - execution.startDate.milliseconds
        var answer: JSONObject = [
            "executionArn": .string(ingest.arn.execution(execution.key)),
            "stateMachineArn": .string(ingest.arn.stateMachine(execution.key.machine)),
            "name": .string(execution.key.givenName),
            "startDate": execution.startDate.epochSeconds,
            "stopDate": stop.epochSeconds,
            "status": .string(execution.status.rawValue),
            "input": .string(execution.input),
            "inputDetails": included,
            // AWS bills by 100 ms and 64 MB; so does the answer, which nobody has to pay.
            "billingDetails": .object([
                "billedDurationInMilliseconds": .integer(max(1, (duration + 99) / 100) * 100),
                "billedMemoryUsedInMB": .integer(64),
            ]),
        ]
        if let output = execution.output {
            answer["output"] = .string(output)
            answer["outputDetails"] = included
        }
        answer["error"] = execution.failure?.error.map(JSON.string)
        answer["cause"] = execution.failure?.cause.map(JSON.string)
        return answer
    }
}
