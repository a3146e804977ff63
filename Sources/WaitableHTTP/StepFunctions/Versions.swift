import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Publishes a state machine's current revision as a version; the last one again where nothing has changed.
    func publishStateMachineVersion(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("stateMachineArn")
        let reference = try ingest.arn.stateMachineReference(in: arn)
        guard reference.version == nil, reference.alias == nil else { throw APIError.noStateMachine(arn) }
        let name = reference.name
        let description = try request.optional("description")
        guard let revision = try await currentRevision(of: name) else { throw APIError.noStateMachine(arn) }
        if let expected = try request.optional("revisionId"), expected != revision.id ?? "INITIAL" {
            throw APIError(
                "ConflictException",
                "Failed to publish the State Machine version for revision \(expected). The current State Machine "
                    + "revision is \(revision.id ?? "INITIAL")."
            )
        }
        let now = try await ingest.clock.now()
        let version = try await ingest.store.changeMachine(name) { $0.publish(description: description, at: now) }
        guard let version else { throw APIError.noStateMachine(arn) }
        return [
            "creationDate": version.creationDate.epochSeconds,
            "stateMachineVersionArn": .string(versionARN(name, version)),
        ]
    }

    /// Lists a state machine's versions, the newest first.
    func listStateMachineVersions(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("stateMachineArn")
        let name = try ingest.arn.stateMachineName(in: arn)
        let entry = try await ingest.store.machineEntry(name)
        guard entry.record != nil else { throw APIError.noStateMachine(arn) }
        let page = try request.page(of: entry.versions.reversed()) { String($0.number) }
        return page.answer("stateMachineVersions") { version in
            .object([
                "stateMachineVersionArn": .string(versionARN(name, version)),
                "creationDate": version.creationDate.epochSeconds,
            ])
        }
    }

    /// Removes a version that no alias needs. One that does not exist is removed already.
    func deleteStateMachineVersion(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("stateMachineVersionArn")
        let reference = try ingest.arn.stateMachineReference(in: arn)
        guard let number = reference.version else {
            throw APIError(
                "ValidationException",
                "stateMachineVersionArn: must be the ARN of a state machine version: '\(arn)'"
            )
        }
        try await ingest.store.changeMachine(reference.name) { entry in
            let aliases = entry.aliases(of: number)
            guard aliases.isEmpty else {
                throw APIError(
                    "ConflictException",
                    "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this "
                        + "version: [\(aliases.map(\.name).joined(separator: ", "))]"
                )
            }
            entry.versions.removeAll { $0.number == number }
        }
        return [:]
    }

    /// The ARN of a version.
    func versionARN(_ machine: String, _ version: MachineVersion) -> String {
        ingest.arn.stateMachine(machine, qualifier: String(version.number))
    }
}

extension APIRequest {
    /// Whether a create or an update publishes a version too, and what it says of it.
    struct Publication: Sendable {
        var description: String?
    }

    /// `nil` where no version is asked for.
    func publication() throws(APIError) -> Publication? {
        let description = try optional("versionDescription")
        guard try flag("publish") else {
            guard description == nil else {
                throw APIError("ValidationException", "Version description can only be set when publish is true")
            }
            return nil
        }
        return Publication(description: description)
    }
}
