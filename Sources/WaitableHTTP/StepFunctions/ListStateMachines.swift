import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Lists the state machines, by name, page by page.
    func listStateMachines(_ request: APIRequest) async throws -> JSONObject {
        let page = try request.page(of: try await ingest.store.machines()) { $0.name }
        return page.answer("stateMachines") { record in
            .object([
                "stateMachineArn": .string(ingest.arn.stateMachine(record.name)),
                "name": .string(record.name),
                "type": .string(record.type.rawValue),
                "creationDate": record.creationDate.epochSeconds,
            ])
        }
    }

    /// Removes a state machine with its versions, aliases and tags. Its executions go on, with the revision that they
    /// were started with. One that does not exist is removed already.
    func deleteStateMachine(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("stateMachineArn")
        let reference = try ingest.arn.stateMachineReference(in: arn)
        guard reference.version == nil, reference.alias == nil else {
            throw APIError(
                "ValidationException",
                "stateMachineArn: must be the ARN of a state machine, not of a version or an alias: '\(arn)'"
            )
        }
        let name = reference.name
        try await ingest.store.changeMachine(name) { entry in
            entry.record = nil
            entry.versions = []
            entry.aliases = []
        }
        try await ingest.store.changeTags(of: "stateMachine:\(name)") { $0 = [:] }
        ingest.machines.forget(name)
        return [:]
    }
}
