import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Describes a state machine, its definition verbatim.
    func describeStateMachine(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("stateMachineArn")
        let name = try ingest.arn.stateMachineName(in: arn)
        guard let record = try await ingest.store.machine(name),
            let revision = try await ingest.store.revision(record.revision)
        else { throw APIError.noStateMachine(arn) }
        return [
            "stateMachineArn": .string(ingest.arn.stateMachine(name)),
            "name": .string(name),
            "status": .string("ACTIVE"),
            "definition": .string(revision.definition),
            "roleArn": .string(revision.roleARN),
            "type": .string("STANDARD"),
            "creationDate": record.creationDate.epochSeconds,
            "loggingConfiguration": .object(["level": .string("OFF"), "includeExecutionData": .bool(false)]),
            "tracingConfiguration": .object(["enabled": .bool(false)]),
        ]
    }
}
