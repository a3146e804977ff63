import RedisClient
import StatesLanguage
import Waitable
package import WaitableRedis

/// Writes the lines of an export into a namespace, each to its partition. The same lines can be written again: a key that is
/// there is replaced.
package struct NamespaceImporter {
    private let stores: [RedisStore]
    private let partitioning: Partitioning
    private let overwrites: Bool
    /// How many partitions the exported namespace had; `nil` before the first line.
    private var partitions: Int?
    private var counts = TransferCounts()
    private var hasEnded = false
    private var waiting: [Waiting] = []
    private var waitingBytes = 0
    private var isBegun = false

    /// A command that is to be sent.
    private struct Waiting {
        var store: Int
        var command: RedisCommand
        var line: Int
    }

    /// The longest line, in bytes: one of a key has some dozen entries.
    package static let longestLine = 67_108_864
    /// Commands that are sent at once, and bytes of lines.
    private static let commandsAtOnce = 1_000
    private static let bytesAtOnce = 1_048_576

    /// - Parameters:
    ///   - stores: All partitions of the namespace, in order. Nothing may work on it meanwhile.
    ///   - overwrites: Whether the namespace may have data.
    package init(stores: [RedisStore], overwrites: Bool) {
        self.stores = stores
        self.overwrites = overwrites
        partitioning = stores[0].keys.partitioning
    }

    /// Looks at the namespace before the first line.
    ///
    /// - Throws: ``TransferError`` where workers are at work, or it has data and must not; `StoreError`.
    package func begin() async throws {
        try await stores[0].checkNobodyWorks(toBe: "imported")
        guard !overwrites else { return }
        for store in stores {
            try await store.scan { suffixes in
                for suffix in suffixes {
                    if TransferScope(suffix: suffix.text) == .passing { continue }
                    if suffix.text.hasPrefix("machines"), try await store.hasOnlyPartitions() { continue }
                    throw TransferError(
                        "the namespace '\(store.keys.namespace)' must be empty, but has \(store.keys.key(suffix: suffix).text):"
                            + " choose another in WAITABLE_NAMESPACE (--namespace); --overwrite replaces what has the same"
                            + " name, as for an import that was cut"
                    )
                }
            }
        }
    }

    /// Writes a line, or keeps it for the next call.
    ///
    /// - Throws: ``TransferError`` for what is wrong with it, or with one before it; `StoreError`.
    package mutating func add(_ line: [UInt8], number: Int) async throws {
        let json: JSON
        do {
            json = try JSON(parsing: line)
        } catch {
            throw TransferError(
                line: number,
                FieldError(field: "line", rule: "must be JSON (\(error))", value: Array(line.prefix(200)).text)
            )
        }
        guard let object = json.objectValue else {
            throw TransferError(line: number, TransferProblem("line", "must be a JSON object", json))
        }
        do throws(TransferProblem) {
            if hasEnded { throw TransferProblem("line", "must not follow the end of the export", json) }
            guard let partitions else {
                partitions = try Self.partitions(inHeader: object)
                return
            }
            if let end = object["end"] {
                try checkEnd(end)
                return
            }
            try add(try TransferRecord(json: object), line: number, partitions: partitions)
        } catch {
            throw TransferError(line: number, error)
        }
        waitingBytes += line.count
        if waiting.count >= Self.commandsAtOnce || waitingBytes >= Self.bytesAtOnce { try await flush() }
    }

    /// Writes what is left.
    ///
    /// - Parameter line: The number of the line after the last.
    /// - Throws: ``TransferError`` where the export has no end; `StoreError`.
    package mutating func finish(line: Int) async throws -> TransferCounts {
        try await flush()
        guard hasEnded else {
            throw TransferError(line: line, "must be there: the export was cut, and is not whole")
        }
        if stores.count > 1 {
            // Where functions find it.
            for store in stores {
                let field = RedisCommand("HSET", store.keys.machines, Keys.partitionsField, "\(stores.count)")
                _ = try await store.send(field)
            }
        }
        return counts
    }

    private static func partitions(inHeader object: JSONObject) throws(TransferProblem) -> Int {
        guard object["waitable"] == .string("export"), let version = object["version"]?.integerValue,
            let partitions = object["partitions"]?.countValue, partitions > 0
        else {
            throw TransferProblem("line", #"must be {"waitable":"export","version":…,"partitions":…}"#, .object(object))
        }
        guard version == NamespaceExporter.version else {
            throw TransferProblem("version", "must be \(NamespaceExporter.version)", .integer(version))
        }
        return partitions
    }

    private mutating func checkEnd(_ end: JSON) throws(TransferProblem) {
        let (executions, keys) = (end.objectValue?["executions"]?.countValue, end.objectValue?["keys"]?.countValue)
        guard executions == counts.executions, keys == counts.keys else {
            throw TransferProblem(
                "end",
                "must count the lines: \(counts.executions) of executions and \(counts.keys) of keys",
                end
            )
        }
        hasEnded = true
    }

    // MARK: Routes

    private mutating func add(_ record: TransferRecord, line: Int, partitions: Int) throws(TransferProblem) {
        guard record.partition < partitions else {
            throw TransferProblem(
                "partition",
                "must be below the number of partitions, \(partitions)",
                .integer(Int64(record.partition))
            )
        }
        if case .execution = record.content { counts.executions += 1 } else { counts.keys += 1 }
        let isSame = partitions == stores.count
        for store in try places(of: record, isSame: isSame) {
            for command in stores[store].commands(for: record) {
                waiting.append(Waiting(store: store, command: command, line: line))
            }
        }
    }

    /// Which partitions a record goes to.
    ///
    /// - Parameter isSame: Whether there are as many as where it comes from.
    private func places(of record: TransferRecord, isSame: Bool) throws(TransferProblem) -> [Int] {
        if case .execution(let fields) = record.content {
            if isSame { return [record.partition] }
            if fields.unread != nil { throw bound("an execution whose end another one has not read", record) }
            return [partitioning.partition(of: TransferScope.id(ofMember: record.name.text))]
        }
        let scope = TransferScope(suffix: record.name.text)
        switch scope {
        case .registry: return Array(stores.indices)
        case .executions, .passing, .undelivered, .unknown:
            throw TransferProblem("key", "must be one that export writes", .string(record.name.text))
        case .state, .counters, .id, .bound, .feed: break
        }
        if isSame { return [record.partition] }
        switch scope {
        case .id(let id): return [partitioning.partition(of: id)]
        case .bound(let what): throw bound(what, record)
        case .counters: return [record.partition % stores.count]
        case .feed: return []
        default: return Array(stores.indices)
        }
    }

    private func bound(_ what: String, _ record: TransferRecord) -> TransferProblem {
        TransferProblem(
            "key",
            "must not be of \(what): that can only be imported into as many partitions as it comes from, \(partitions ?? 1),"
                + " and here are \(stores.count)",
            .string(record.name.text)
        )
    }

    // MARK: Commands

    private mutating func flush() async throws {
        let commands = waiting
        waiting = []
        waitingBytes = 0
        if !isBegun, !commands.isEmpty, stores.count > 1 {
            // First: a namespace that was used, and does not say how many partitions it has, has one.
            _ = try await stores[0].send(RedisCommand("SET", stores[0].keys.partitions, "\(stores.count)", "NX"))
            isBegun = true
        }
        for (store, own) in Dictionary(grouping: commands, by: \.store).sorted(by: { $0.key < $1.key }) {
            let replies: [RedisValue]
            do {
                replies = try await stores[store].client.send(own.map(\.command))
            } catch {
                throw stores[store].refusal(error)
            }
            for (command, reply) in zip(own, replies) {
                guard case .error(let error) = reply else { continue }
                throw TransferError(line: command.line, "\(stores[store].refusal(error))")
            }
        }
    }
}

extension RedisStore {
    /// Whether the table of state machines says no more than how many partitions there are.
    fileprivate func hasOnlyPartitions() async throws -> Bool {
        let fields = try await ask([command("HKEYS", Array("machines".utf8))])[0].array?.compactMap(\.string) ?? []
        return fields.count == 1 && fields[0].hasPrefix(":partitions")
    }
}
