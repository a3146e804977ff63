import Foundation
import Logging
import StatesLanguage
import Waitable
import WaitableHTTP
import WaitableOperations
import WaitableRedis

/// Redis itself, without an ingest in between.
struct RedisEndpoint: Endpoint {
    /// What this process takes the namespace's region and account for.
    let identity: NamespaceIdentity
    private let partitions: Partitions
    private let operations: ItemOperator
    private let readiness: ReadinessSampler
    private let itemTable: String

    init(partitions: Partitions, settings: Settings) {
        self.partitions = partitions
        let store = partitions.home
        itemTable = settings.itemTable
        // What is wrong is the command's own error: a line of a log beside it would say it twice.
        let logger = Logger(label: "waitable") { _ in SwiftLogNoOpLogHandler() }
        identity = NamespaceIdentity(store: store, arn: settings.arn, logger: logger)
        readiness = ReadinessSampler(partitions: partitions, policy: settings.readiness, logger: logger)
        operations = ItemOperator(
            partitions: partitions,
            machines: MachineCache(store: store),
            identity: identity,
            itemTable: settings.itemTable
        )
    }

    func item(_ id: String) async throws -> JSON {
        guard let item = try await partitions.store(of: id).items([ItemKey(table: itemTable, id: id)]).first ?? nil
        else {
            throw NoItemError(id: id)
        }
        return ItemView.json(of: item)
    }

    func items(_ query: [(name: String, value: String)]) async throws -> JSON {
        try await operations.items(ListRequest(items: query))
    }

    func list(_ query: [(name: String, value: String)]) async throws -> JSON {
        try await operations.list(ListRequest(executions: query))
    }

    func describe(_ item: ItemReference) async throws -> JSON {
        try await operations.describe(try await key(item)).json
    }

    func timeline(_ item: ItemReference) async throws -> JSON {
        try await operations.timeline(try await key(item)).json
    }

    func manage(_ item: ItemReference, _ action: ManagementAction) async throws -> JSON {
        let key = try await key(item)
        switch action {
        case .cancel(let error, let cause): return try await operations.cancel(key, error: error, cause: cause).json
        case .reschedule(let text):
            let instant = try Instant(text, field: "StartTimestamp")
            return try await operations.reschedule(key, to: instant, text: text).json
        case .runNow: return try await operations.runNow(key).json
        case .redrive: return try await operations.redrive(key).json
        }
    }

    func stateMachines() async throws -> JSON { try await operations.stateMachines().json }

    func setPaused(_ isPaused: Bool, machine: String) async throws -> JSON {
        try await operations.setPaused(isPaused, machine: machine).json
    }

    func start(_ items: [JSONObject]) async throws -> [JSONObject] {
        let unreadiness = await readiness.refusal()
        // By the rules of HTTP and in its words: what they refuse is not sent.
        let starts = items.map { item in
            Result { () throws(FieldError) in
                try ItemStart(json: .object(item)) { UUID().uuidString.lowercased() }
            }
        }
        let good = unreadiness == nil ? starts.compactMap { try? $0.get() } : []
        var answers = try await partitions.startByHand(good.map { ($0.id, $0.input, $0.stateMachine) })[...]
        return try starts.map { start in
            switch start {
            case .failure(let error): return StartAnswer.refusal(error)
            case .success(let start):
                if let unreadiness { return try StartAnswer.refusal(unreadiness, of: start) }
                switch answers.removeFirst() {
                case .success(let answer): return answer.objectValue ?? [:]
                case .failure(let error): return try StartAnswer.refusal(error, of: start)
                }
            }
        }
    }

    func overview() async throws -> Overview { try await partitions.overview() }

    private func key(_ item: ItemReference) async throws -> ExecutionKey {
        try await operations.key(item.id, machine: item.machine)
    }
}
