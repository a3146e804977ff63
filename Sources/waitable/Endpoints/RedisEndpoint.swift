import StatesLanguage
import Waitable
import WaitableRedis

/// Redis itself, without an ingest in between.
struct RedisEndpoint: Endpoint {
    let store: RedisStore
    let settings: Settings

    func start(_ items: [JSONObject]) async throws -> [JSONObject] {
        let answers = try await store.startByHand(
            items.map { item in
                var item = item
                let machine = item["stateMachine"]?.stringValue
                item["stateMachine"] = nil
                return (JSON.object(item).text, machine)
            }
        )
        return try answers.map { answer in
            switch answer {
            case .success(let answer): return answer.objectValue ?? [:]
            case .failure(let error): return try Self.refusal(error)
            }
        }
    }

    func overview() async throws -> Overview { try await store.overview() }

    /// A refusal as an ingest would answer it; any other error concerns all items, and is thrown.
    private static func refusal(_ error: StoreError) throws -> JSONObject {
        guard case .refused(let reason, let message) = error else { throw error }
        let codes = ["VALIDATION": "InvalidField", "CONFLICT": "ItemExists", "NOTFOUND": "NoStateMachine"]
        return ["code": .string(codes[reason] ?? reason), "message": .string(message)]
    }
}
