import StatesLanguage
import Waitable
import WaitableRedis

extension StepFunctionsAPI {
    /// Lists the tags of a state machine or an activity, by key.
    func listTagsForResource(_ request: APIRequest) async throws -> JSONObject {
        let tags = try await ingest.store.tags(of: try await taggable(request))
        let entries = tags.sorted { $0.key < $1.key }.map { tag in
            JSON.object(["key": .string(tag.key), "value": tag.value])
        }
        return ["tags": .array(entries)]
    }

    /// Adds tags; a key that is there gets the new value.
    func tagResource(_ request: APIRequest) async throws -> JSONObject {
        let resource = try await taggable(request)
        let tags = try request.tags("tags")
        try await ingest.store.changeTags(of: resource) { all in
            all.merge(tags)
            guard all.count <= 50 else {
                throw APIError("TooManyTags", "tags: must be at most 50 for a resource: '\(all.count)'")
            }
        }
        return [:]
    }

    /// Takes tags away, by key; one that is not there is away already.
    func untagResource(_ request: APIRequest) async throws -> JSONObject {
        let resource = try await taggable(request)
        let keys = try request.texts("tagKeys")
        try await ingest.store.changeTags(of: resource) { all in
            for key in keys { all[key] = nil }
        }
        return [:]
    }

    /// What tags are kept under: `stateMachine:NAME` or `activity:NAME`.
    private func taggable(_ request: APIRequest) async throws -> String {
        let arn = try request.required("resourceArn")
        if let name = try? ingest.arn.activityName(in: arn) {
            guard try await ingest.store.activity(name) != nil else {
                throw APIError("ResourceNotFound", "Resource not found: '\(arn)'")
            }
            return "activity:\(name)"
        }
        let reference = try ingest.arn.stateMachineReference(in: arn)
        guard reference.version == nil, reference.alias == nil,
            try await ingest.store.machine(reference.name) != nil
        else { throw APIError("ResourceNotFound", "Resource not found: '\(arn)'") }
        return "stateMachine:\(reference.name)"
    }
}

extension APIRequest {
    /// Tags as `[{"key","value"}]`.
    func tags(_ name: String) throws(APIError) -> JSONObject {
        guard isGiven(name) else { return [:] }
        var tags = JSONObject()
        for (index, tag) in try objects(name).enumerated() {
            guard let key = tag["key"]?.stringValue, (1...128).contains(key.utf16.count) else {
                throw .constraint(
                    value: tag["key"]?.stringValue,
                    at: "\(name).\(index + 1).member.key",
                    "Member must have length less than or equal to 128, and greater than or equal to 1"
                )
            }
            let value = tag["value"]?.stringValue ?? ""
            guard value.utf16.count <= 256 else {
                throw .constraint(
                    value: value,
                    at: "\(name).\(index + 1).member.value",
                    "Member must have length less than or equal to 256"
                )
            }
            tags[key] = .string(value)
        }
        return tags
    }
}
