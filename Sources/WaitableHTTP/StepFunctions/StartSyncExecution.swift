import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

extension StepFunctionsAPI {
    /// Starts an execution of an EXPRESS machine, and answers when it has closed.
    func startSyncExecution(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("stateMachineArn")
        let reference = try ingest.arn.stateMachineReference(in: arn)
        guard let record = try await ingest.store.machine(reference.name) else { throw APIError.noStateMachine(arn) }
        guard record.type == .express else { throw APIError.wrongType }
        let accepted = try await start(request)
        return answer(try await closed(accepted.key))
    }

    /// The execution once it has closed. An EXPRESS one does so within five minutes.
    private func closed(_ key: ExecutionKey) async throws -> Execution {
        var pause: Duration = .milliseconds(2)
        while true {
            // While it is open it stands in `due`: its document, which may be large, is read once.
            while try await ingest.store(of: key).dueScore(key) != nil {
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(100))
            }
            guard let execution = try await document(key) else {
                throw APIError.noExecution(ingest.arn.execution(key))
            }
            guard execution.status.isOpen else { return execution }
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
