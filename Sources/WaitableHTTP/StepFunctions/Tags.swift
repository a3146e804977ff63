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
        let tags = try request.tags()
        try await ingest.store.changeTags(of: resource) { all in
            all.merge(tags)
            try Self.check(all)
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

extension StepFunctionsAPI {
    /// The most tags of a resource.
    fileprivate static let mostTags = 50

    /// Gives a resource the tags that it is created with. A call that repeats the creation changes none.
    func tag(_ resource: String, _ tags: JSONObject) async throws {
        guard !tags.isEmpty else { return }
        // Empty, the creation may have ended before its tags were kept.
        try await ingest.store.changeTags(of: resource) { if $0.isEmpty { $0 = tags } }
    }

    fileprivate static func check(_ tags: JSONObject) throws(APIError) {
        guard tags.count <= mostTags else {
            throw APIError("TooManyTags", "tags: must be at most \(mostTags) for a resource: '\(tags.count)'")
        }
    }
}

extension APIRequest {
    /// Tags as `[{"key","value"}]`; none where there are none.
    func tags() throws(APIError) -> JSONObject {
        guard isGiven("tags") else { return [:] }
        var tags = JSONObject()
        for tag in try objects("tags") {
            if let key = tag["key"]?.stringValue { tags[key] = .string(tag["value"]?.stringValue ?? "") }
        }
        try StepFunctionsAPI.check(tags)
        return tags
    }
}
