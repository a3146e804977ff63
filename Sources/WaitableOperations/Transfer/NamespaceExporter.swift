import RedisClient
package import StatesLanguage
import Waitable
package import WaitableRedis

/// Writes all of a namespace as lines, in bounded memory: the registry, items, histories and all other keys, and then the
/// executions, each with its place in `due`.
package struct NamespaceExporter: Sendable {
    private let stores: [RedisStore]

    static let version: Int64 = 1
    /// Keys that are read at once, and entries of each.
    private static let keysAtOnce = 32
    private static let entriesAtOnce = 64

    /// - Parameter stores: All partitions of the namespace, in order. Nothing may work on it meanwhile.
    package init(stores: [RedisStore]) { self.stores = stores }

    /// Writes the lines.
    ///
    /// - Parameter write: Gets each line, without its end.
    /// - Throws: ``TransferError`` where workers are at work or messages between partitions are under way, `StoreError`, and
    ///   what `write` throws.
    package func run(_ write: (JSON) throws -> Void) async throws -> TransferCounts {
        try await stores[0].checkNobodyWorks(toBe: "exported")
        for store in stores { try await checkDelivered(store) }
        try write(
            .object([
                "waitable": .string("export"), "version": .integer(Self.version),
                "partitions": .integer(Int64(stores.count)),
            ])
        )
        var counts = TransferCounts()
        func add(_ record: TransferRecord) throws {
            if case .execution = record.content { counts.executions += 1 } else { counts.keys += 1 }
            try write(record.json)
        }
        for store in stores { try await writeKeys(of: store, add) }
        for store in stores { try await writeExecutions(of: store, add) }
        let end: JSONObject = ["executions": .integer(Int64(counts.executions)), "keys": .integer(Int64(counts.keys))]
        try write(.object(["end": .object(end)]))
        return counts
    }

    private func checkDelivered(_ store: RedisStore) async throws {
        try await store.scan { suffixes in
            for suffix in suffixes where TransferScope(suffix: suffix.text) == .undelivered {
                throw TransferError(
                    "\(store.keys.key(suffix: suffix).text): must be empty: start workers until the messages between"
                        + " partitions are delivered, then stop them"
                )
            }
        }
    }

    // MARK: Keys

    private func writeKeys(of store: RedisStore, _ add: (TransferRecord) throws -> Void) async throws {
        var wanted: [[UInt8]] = []
        func read() async throws {
            try await writeKeys(wanted, of: store, add)
            wanted = []
        }
        try await store.scan { suffixes in
            for suffix in suffixes where try isWanted(suffix, of: store) {
                wanted.append(suffix)
                if wanted.count == Self.keysAtOnce { try await read() }
            }
        }
        try await read()
    }

    private func isWanted(_ suffix: [UInt8], of store: RedisStore) throws -> Bool {
        switch TransferScope(suffix: suffix.text) {
        case .executions, .passing, .undelivered: return false
        case .registry: return store.keys.partition == 0
        case .state, .counters, .id, .bound, .feed: return true
        case .unknown:
            throw TransferError(
                "\(store.keys.key(suffix: suffix).text): must be a key of this version: it would not be exported"
            )
        }
    }

    private func writeKeys(
        _ suffixes: [[UInt8]],
        of store: RedisStore,
        _ add: (TransferRecord) throws -> Void
    ) async throws {
        guard !suffixes.isEmpty else { return }
        let types = try await store.ask(suffixes.map { store.command("TYPE", $0) }).map { $0.string ?? "none" }
        let first = zip(suffixes, types).map { suffix, type in
            switch type {
            case "string": store.command("GET", suffix)
            case "hash": store.command("HSCAN", suffix, "0", "COUNT", "\(Self.entriesAtOnce)")
            case "zset": store.command("ZSCAN", suffix, "0", "COUNT", "\(Self.entriesAtOnce)")
            case "list": store.command("LRANGE", suffix, "0", "\(Self.entriesAtOnce - 1)")
            case "stream": store.command("XRANGE", suffix, "-", "+", "COUNT", "\(Self.entriesAtOnce)")
            default: store.command("TYPE", suffix)
            }
        }
        for ((suffix, type), reply) in zip(zip(suffixes, types), try await store.ask(first)) {
            let reader = KeyReader(store: store, suffix: suffix, atOnce: Self.entriesAtOnce)
            switch type {
            case "none": break
            case "string": try await reader.readString(reply, add)
            case "hash", "zset": try await reader.readPairs(reply, type: type, add)
            case "list": try await reader.readList(reply, add)
            case "stream": try await reader.readStream(reply, add)
            default:
                throw TransferError("\(store.keys.key(suffix: suffix).text): must not be of the type \(type)")
            }
        }
    }

    // MARK: Executions

    private func writeExecutions(of store: RedisStore, _ add: (TransferRecord) throws -> Void) async throws {
        try await store.scan("HSCAN", "executions", count: Self.entriesAtOnce) { words in
            let members = stride(from: 0, to: words.count, by: 2).map { words[$0] }
            let documents = stride(from: 1, to: words.count, by: 2).map { words[$0] }
            try await write(members, documents: documents, of: store, add)
        }
        // Those that were put in by hand, and have no document.
        for key in ["due", "closed"] {
            try await store.scan("ZSCAN", key, count: Self.entriesAtOnce * 8) { words in
                let members = stride(from: 0, to: words.count, by: 2).map { words[$0] }
                let known = try await store.ask(members.map { store.command("HEXISTS", "executions", [$0]) })
                let bare = zip(members, known).filter { $0.1 == .integer(0) }.map(\.0)
                try await write(bare, documents: bare.map { _ in nil }, of: store, add)
            }
        }
    }

    private func write(
        _ members: [[UInt8]],
        documents: [[UInt8]?],
        of store: RedisStore,
        _ add: (TransferRecord) throws -> Void
    ) async throws {
        guard !members.isEmpty else { return }
        let answers = try await store.ask([
            store.command("ZMSCORE", "due", members), store.command("ZMSCORE", "closed", members),
            store.command("HMGET", "redelivered", members), store.command("HMGET", "unread", members),
        ]).map { $0.array ?? [] }
        for (place, member) in members.enumerated() {
            func value(_ answer: Int) -> [UInt8]? { answers[answer].count > place ? answers[answer][place].bytes : nil }
            let fields = TransferRecord.ExecutionFields(
                document: documents[place],
                due: value(0),
                closed: value(1),
                redelivered: value(2),
                unread: value(3)
            )
            try add(TransferRecord(partition: store.keys.partition, name: member, content: .execution(fields)))
        }
    }
}
