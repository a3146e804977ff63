import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Creates a state machine. Idempotent for the same name, definition and role.
    func createStateMachine(_ request: APIRequest) async throws -> JSONObject {
        let name = try request.required("name")
        guard ResourceName.problem(with: name) == nil else { throw APIError.invalidName(name) }
        let definition = try request.required("definition")
        let roleARN = try request.required("roleArn")
        let type = try request.choice("type", of: ["STANDARD", "EXPRESS"], default: "STANDARD")
        guard type == "STANDARD" else {
            throw APIError(
                "StateMachineTypeNotSupported",
                "type: must be STANDARD, EXPRESS is not supported by this version: 'EXPRESS'"
            )
        }
        let revision = Revision(definition: definition, roleARN: roleARN)
        do {
            _ = try StateMachine(definition: definition, resources: ItemCatalog())
        } catch {
            throw APIError(error)
        }
        let now = try await ingest.clock.now()
        let record = MachineRecord(name: name, revision: revision.hash, creationDate: now)
        let arn = ingest.arn.stateMachine(name)
        let existing = try await ingest.store.deploy(revision, as: record, mode: .create)
        ingest.machines.forget(name)
        if let existing, existing.revision != revision.hash {
            throw APIError("StateMachineAlreadyExists", "State Machine Already Exists: '\(arn)'")
        }
        return [
            "stateMachineArn": .string(arn),
            "creationDate": (existing ?? record).creationDate.epochSeconds,
        ]
    }
}
