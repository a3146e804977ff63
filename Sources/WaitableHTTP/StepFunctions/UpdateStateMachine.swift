import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Gives a state machine another definition, role or configuration; running executions keep theirs.
    func updateStateMachine(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("stateMachineArn")
        let reference = try ingest.arn.stateMachineReference(in: arn)
        // A version stays as it is.
        guard reference.version == nil, reference.alias == nil else { throw APIError.noStateMachine(arn) }
        let name = reference.name
        let publication = try request.publication()
        let members = [
            "definition", "roleArn", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration",
        ]
        guard members.contains(where: request.isGiven) else {
            throw APIError(
                "MissingRequiredParameter",
                "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be "
                    + "specified"
            )
        }
        guard let before = try await currentRevision(of: name) else { throw APIError.noStateMachine(arn) }
        var revision = before
        try request.apply(to: &revision)
        if request.isGiven("definition") { _ = try await compile(revision.definition, type: revision.type) }
        let now = try await ingest.clock.now()
        // The first update makes a revision even of what was created, unless it publishes just that.
        let isChanged = !revision.isLike(before) || before.id == nil && publication == nil
        if isChanged {
            revision.id = UUIDv4.make()
            revision.updateDate = now
        }
        let version = try await ingest.store.changeMachine(name) { [revision] entry in
            guard entry.record != nil else { throw APIError.noStateMachine(arn) }
            if isChanged {
                entry.record?.revision = revision.hash
                entry.newRevision = revision
            }
            return publication.map { entry.publish(description: $0.description, at: now) } ?? nil
        }
        ingest.machines.forget(name)
        var answer: JSONObject = ["updateDate": now.epochSeconds]
        answer["revisionId"] = revision.id.map(JSON.string)
        answer["stateMachineVersionArn"] = version.map { .string(versionARN(name, $0)) }
        return answer
    }
}
