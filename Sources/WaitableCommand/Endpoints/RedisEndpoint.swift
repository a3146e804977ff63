import Foundation
import Logging
import RedisClient
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
    /// How safe starts have to be that do not say it.
    private let durability: Durability

    init(partitions: Partitions, settings: Settings) {
        self.partitions = partitions
        let store = partitions.home
        itemTable = settings.itemTable
        durability = settings.durability
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

    func tables() async throws -> JSON {
        try await TableOperator(partitions: partitions, itemTable: itemTable).list().json
    }

    func createTable(_ name: String, _ schema: TableSchema) async throws -> JSON {
        try await identity.settle()
        for partition in partitions.stores { try await partition.loadFunctions() }
        return try await TableOperator(partitions: partitions, itemTable: itemTable).create(name, schema).json
    }

    func deleteTable(_ name: String) async throws -> JSON {
        try await TableOperator(partitions: partitions, itemTable: itemTable).delete(name).json
    }

    func start(_ items: [JSONObject]) async throws -> [JSONObject] {
        let unreadiness = await readiness.refusal()
        var starts: [Result<DurableStart, FieldError>] = []
        for item in items {
            do throws(FieldError) {
                starts.append(.success(try DurableStart(item, standard: durability)))
            } catch {
                starts.append(.failure(error))
            }
        }
        let obstacles = unreadiness == nil ? try await obstacles(to: starts) : [:]
        starts = starts.map { refusing($0, what: obstacles) }
        func refusal(of start: DurableStart) -> StoreError? {
            unreadiness ?? obstacles[start.durability].map { .unready(.unsafe($0.reason)) }
        }
        let good = starts.compactMap { try? $0.get() }.filter { refusal(of: $0) == nil }
        let confirmations = good.map { partitions.confirmation(of: $0.item.id, reaching: $0.durability) }
        var answers = try await partitions.startByHand(good.map { ($0.item.id, $0.item.input, $0.item.stateMachine) })[
            ...
        ]
        let outcomes = await partitions.confirm(Set(confirmations.compactMap(\.self)))
        var reached = confirmations.map { $0.flatMap { outcomes[$0] } }[...]
        return try starts.map { start in
            switch start {
            case .failure(let error): return StartAnswer.refusal(error)
            case .success(let start):
                if let refusal = refusal(of: start) { return try StartAnswer.refusal(refusal, of: start.item) }
                let outcome = reached.removeFirst()
                switch answers.removeFirst() {
                case .success(let answer):
                    return StartAnswer.answer(answer.objectValue ?? [:], of: start.item, outcome)
                case .failure(let error): return try StartAnswer.refusal(error, of: start.item)
                }
            }
        }
    }

    /// A start, and how safe it has to be.
    private struct DurableStart {
        let item: ItemStart
        let durability: Durability

        /// Reads one by the rules of HTTP and in its words: what they refuse is not sent.
        init(_ item: JSONObject, standard: Durability) throws(FieldError) {
            self.item = try ItemStart(json: .object(item)) { UUID().uuidString.lowercased() }
            durability =
                if let text = self.item.durability { try Durability(text, field: "durability") } else { standard }
        }
    }

    /// What this Redis cannot reach of what starts ask for, and why.
    private func obstacles(
        to starts: [Result<DurableStart, FieldError>]
    ) async throws -> [Durability: DurabilityObstacle] {
        var obstacles: [Durability: DurabilityObstacle] = [:]
        for kind in Set(starts.compactMap { try? $0.get().durability }) {
            obstacles[kind] = try await partitions.obstacle(to: kind)
        }
        return obstacles
    }

    /// The same start; refused where it has to be safer than this Redis can ever make it.
    private func refusing(
        _ start: Result<DurableStart, FieldError>,
        what obstacles: [Durability: DurabilityObstacle]
    ) -> Result<DurableStart, FieldError> {
        guard case .success(let durable) = start, let obstacle = obstacles[durable.durability], !obstacle.isPassing
        else { return start }
        let rule = "must be what Redis can reach, but \(obstacle.reason)"
        return .failure(FieldError(field: "durability", rule: rule, value: durable.durability.text))
    }

    func overview() async throws -> Overview { try await partitions.overview() }

    func throughput() async throws -> JSON { try await partitions.throughput().json }

    func schedule() async throws -> JSON {
        let now = try await partitions.home.now()
        return try await partitions.schedule(now..<now.adding(milliseconds: 3_600_000), parts: 60).json
    }

    private func key(_ item: ItemReference) async throws -> ExecutionKey {
        try await operations.key(item.id, machine: item.machine)
    }
}
