import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Describes a state machine or one of its versions, the definition verbatim.
    func describeStateMachine(_ request: APIRequest) async throws -> JSONObject {
        let arn = try request.required("stateMachineArn")
        let reference = try ingest.arn.stateMachineReference(in: arn)
        let entry = try await ingest.store.machineEntry(reference.name)
        guard let record = entry.record, reference.alias == nil else { throw APIError.noStateMachine(arn) }
        let version = reference.version.map { number in entry.versions.first { $0.number == number } }
        if let version, version == nil { throw APIError.noStateMachine(arn) }
        let published = version ?? nil
        guard let revision = try await ingest.store.revision(published?.revision ?? record.revision) else {
            throw APIError.noStateMachine(arn)
        }
        var answer: JSONObject = [
            "stateMachineArn": .string(
                published.map { versionARN(reference.name, $0) } ?? ingest.arn.stateMachine(reference.name)
            ),
            "name": .string(reference.name),
            "status": .string("ACTIVE"),
            "definition": .string(revision.definition),
            "roleArn": .string(revision.roleARN),
            "type": .string(revision.type.rawValue),
            "creationDate": (published?.creationDate ?? record.creationDate).epochSeconds,
        ]
        answer.merge(revision.configurations)
        answer["variableReferences"] = try await variableReferences(in: revision)
        answer["revisionId"] = revision.id.map(JSON.string)
        answer["description"] = published?.description.map(JSON.string)
        return answer
    }

    /// Describes the state machine as an execution knows it: at the revision that it was started with.
    func describeStateMachineForExecution(_ request: APIRequest) async throws -> JSONObject {
        let execution = try await execution(named: try request.required("executionArn"))
        let arn = ingest.arn.stateMachine(execution.key.machine)
        guard let revision = try await ingest.store.revision(execution.revision) else {
            throw APIError.noStateMachine(arn)
        }
        var updated = revision.updateDate
        if updated == nil { updated = try await ingest.store.machine(execution.key.machine)?.creationDate }
        var answer: JSONObject = [
            "stateMachineArn": .string(arn),
            "name": .string(execution.key.machine),
            "definition": .string(revision.definition),
            "roleArn": .string(revision.roleARN),
            "updateDate": (updated ?? execution.startDate).epochSeconds,
        ]
        answer.merge(revision.configurations)
        answer["variableReferences"] = try await variableReferences(in: revision)
        answer["revisionId"] = revision.id.map(JSON.string)
        return answer
    }

    /// The variables that each state refers to; `nil` where none does.
    private func variableReferences(in revision: Revision) async throws -> JSON? {
        let references: [Spelling: [String]]
        do {
            references = try await compile(revision.definition, type: revision.type).variableReferences
        } catch is APIError {
            return nil
        }
        guard !references.isEmpty else { return nil }
        var object = JSONObject()
        for (state, names) in references.sorted(by: { $0.key < $1.key }) {
            object[state.text] = .array(names.map(JSON.string))
        }
        return .object(object)
    }
}
