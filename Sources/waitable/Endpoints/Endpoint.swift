import StatesLanguage
import WaitableRedis

/// Where a command's requests go: to Redis directly, or to an ingest.
///
/// Both answer with the JSON of the items' API, and both refuse for the same reasons.
protocol Endpoint: Sendable {
    /// Starts items.
    ///
    /// - Returns: One answer for each, in order; one with a `code` says why its item was not started.
    func start(_ items: [JSONObject]) async throws -> [JSONObject]
    /// What there is to see at a glance.
    func overview() async throws -> Overview
}
