import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Describes an execution.
    func describeExecution(_ request: APIRequest) async throws -> JSONObject {
        let execution = try await execution(named: try request.required("executionArn"))
        let status = execution.status
        var answer: JSONObject = [
            "executionArn": .string(ingest.arn.execution(execution.key)),
            "stateMachineArn": .string(ingest.arn.stateMachine(execution.key.machine)),
            "name": .string(execution.key.name),
            "status": .string(status.rawValue),
            "startDate": execution.startDate.epochSeconds,
            "input": .string(execution.input),
            "inputDetails": .object(["included": .bool(true)]),
            "redriveCount": .integer(Int64(execution.redriveCount)),
        ]
        answer.merge(versionAndAlias(of: execution))
        answer["mapRunArn"] = execution.mapRun.map { .string(ingest.arn.mapRun($0)) }
        answer["stopDate"] = execution.stopDate?.epochSeconds
        if status == .succeeded, let output = execution.output {
            answer["output"] = .string(output)
            answer["outputDetails"] = .object(["included": .bool(true)])
        }
        answer["error"] = execution.failure?.error.map(JSON.string)
        answer["cause"] = execution.failure?.cause.map(JSON.string)
        switch status {
        case .failed, .timedOut, .aborted:
            answer["redriveStatus"] = .string("REDRIVABLE")
        case .running, .succeeded:
            answer["redriveStatus"] = .string("NOT_REDRIVABLE")
            answer["redriveStatusReason"] = .string("Execution is \(status.rawValue) and cannot be redriven")
        }
        return answer
    }

    /// The version and the alias that were started, as ARNs; nothing where none was named.
    func versionAndAlias(of execution: Execution) -> JSONObject {
        var answer = JSONObject()
        let machine = execution.key.machine
        answer["stateMachineVersionArn"] = execution.version.map {
            .string(ingest.arn.stateMachine(machine, qualifier: String($0)))
        }
        answer["stateMachineAliasArn"] = execution.alias.map {
            .string(ingest.arn.stateMachine(machine, qualifier: $0))
        }
        return answer
    }

    /// The execution that an ARN names.
    func execution(named arn: String) async throws -> Execution {
        let key = try ingest.arn.executionKey(in: arn)
        guard let execution = try await document(key) else { throw APIError.noExecution(arn) }
        return execution
    }

    /// An execution, in its turn: many large documents at once would fill Redis's buffers, and this process.
    func document(_ key: ExecutionKey) async throws -> Execution? {
        try await ingest.documents.turn { _ in try await ingest.store(of: key).execution(key) }
    }
}
