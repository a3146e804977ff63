import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

/// Where a command's requests go: to Redis directly, or to an ingest.
///
/// Both answer with the JSON of the items' API, and both refuse for the same reasons.
protocol Endpoint: Sendable {
    /// One item.
    func item(_ id: String) async throws -> JSON
    /// A page of items, by the query's names and values.
    func items(_ query: [(name: String, value: String)]) async throws -> JSON
    /// A page of executions, by the query's names and values.
    func list(_ query: [(name: String, value: String)]) async throws -> JSON
    /// One execution.
    func describe(_ item: ItemReference) async throws -> JSON
    /// What happened to one execution, in order.
    func timeline(_ item: ItemReference) async throws -> JSON
    /// Does something to one execution.
    func manage(_ item: ItemReference, _ action: ManagementAction) async throws -> JSON
    /// All state machines.
    func stateMachines() async throws -> JSON
    /// Pauses a state machine, or resumes it.
    func setPaused(_ isPaused: Bool, machine: String) async throws -> JSON
    /// All declared tables.
    func tables() async throws -> JSON
    /// Declares a table.
    func createTable(_ name: String, _ schema: TableSchema) async throws -> JSON
    /// Deletes a table with its items.
    func deleteTable(_ name: String) async throws -> JSON
    /// Starts items.
    ///
    /// - Returns: One answer for each, in order; one with a `code` says why its item was not started.
    func start(_ items: [JSONObject]) async throws -> [JSONObject]
    /// What there is to see at a glance.
    func overview() async throws -> Overview
    /// How many items closed in each minute of the last hour.
    func throughput() async throws -> JSON
    /// How many items are due in each minute of the next hour.
    func schedule() async throws -> JSON
}

/// Names one execution.
struct ItemReference: Sendable {
    /// The item's Id.
    var id: String
    /// Its state machine; `nil` for the default one.
    var machine: String?
}

/// What an operator does to one execution.
enum ManagementAction: Sendable {
    /// It ends, aborted; with a reason.
    case cancel(error: String?, cause: String?)
    /// Its moment is another one.
    case reschedule(to: String)
    /// Its moment is now.
    case runNow
    /// It ended badly, and goes on from where it failed.
    case redrive

    /// The action as the items' API names it.
    var path: String {
        switch self {
        case .cancel: "cancel"
        case .reschedule: "reschedule"
        case .runNow: "run-now"
        case .redrive: "redrive"
        }
    }

    /// The request's body.
    var body: JSONObject {
        switch self {
        case .cancel(let error, let cause):
            var body = JSONObject()
            body["error"] = error.map(JSON.string)
            body["cause"] = cause.map(JSON.string)
            return body
        case .reschedule(let instant): return ["StartTimestamp": .string(instant)]
        case .runNow, .redrive: return [:]
        }
    }
}
