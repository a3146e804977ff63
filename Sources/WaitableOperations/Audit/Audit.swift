import Algorithms
import RedisClient
import StatesLanguage
import Waitable
package import WaitableRedis

/// Proves, for each execution of a namespace, that it is closed once or in `due`, that no wait was left early, and that its
/// document, journal, item, family and the sets agree.
///
/// It streams: memory is bounded by a page, Redis is held up by no more than a page, and the stack may run meanwhile. What
/// is found is looked at a second time, a second later, and reported where it is still so. It changes nothing.
package struct Audit {
    /// The partitions, in order.
    private let stores: [RedisStore]
    /// For each server one of the partitions that it has.
    private let servers: [RedisStore]
    private let itemTable: String
    /// How long something has to be wrong that somebody may only pass through.
    private let passing: Duration
    /// What there is to make executions again; `nil` where that may take as long as it takes.
    private let budget: ReplayBudget?
    private var report: AuditReport

    /// Doubtful executions that are looked at again at once.
    private static let mostDoubtful = 1_000
    /// How many are read at once, and judged in parts.
    private static let page = 400

    /// An audit of a namespace.
    ///
    /// - Parameters:
    ///   - stores: All its partitions, in order.
    ///   - servers: For each server one of the partitions that it has.
    ///   - itemTable: The table of the waitable pattern's items.
    ///   - shown: How many findings of each kind the report keeps.
    ///   - passing: How long something has to be wrong that somebody may only pass through.
    ///   - budget: What there is to make executions again; `nil` where that may take as long as it takes.
    package init(
        stores: [RedisStore],
        servers: [RedisStore],
        itemTable: String,
        shown: Int = 20,
        passing: Duration = .seconds(1),
        budget: ReplayBudget? = ReplayBudget()
    ) {
        self.stores = stores
        self.servers = servers
        self.itemTable = itemTable
        self.passing = passing
        self.budget = budget
        report = AuditReport(shown: shown)
    }

    /// Looks at everything.
    ///
    /// - Parameter accepted: The next line of what clients were told, `nil` after the last.
    /// - Throws: ``StoreError`` where Redis does not answer.
    package mutating func run(accepted: () throws -> [UInt8]? = { nil }) async throws -> AuditReport {
        let replayer = try await Replayer(store: stores[0])
        var parts = stores.map { store in
            let replayer = replayer.reading(store)
            return Part(PartitionReading(store: store, of: stores, itemTable: itemTable, replayer: replayer))
        }
        for number in parts.indices { try await readPartition(&parts[number]) }
        for server in servers { try await readKeys(on: server, &parts) }
        for number in parts.indices { try await settle(&parts[number]) }
        try await check(accepted: accepted)
        return report
    }

    // MARK: Partitions

    /// A partition, and what was wrong there when it was read first.
    private struct Part {
        var reading: PartitionReading
        var doubtful: [Doubt] = []

        init(_ reading: PartitionReading) { self.reading = reading }
    }

    private mutating func take(_ page: AuditPage, _ part: inout Part) async throws {
        part.doubtful += try await part.reading.doubts(of: page, within: budget)
        count(&part.reading)
        if part.doubtful.count >= Self.mostDoubtful { try await settle(&part) }
    }

    /// Goes through the sets and documents of a partition.
    private mutating func readPartition(_ part: inout Part) async throws {
        let store = part.reading.store
        let scan = PageScan(store: store, page: Self.page, longestRest: .zero)
        try await scan.run(RedisCommand("HSCAN", store.keys.executions)) { words in
            try await take(AuditPage(documents: words), &part)
        }
        for key in [store.keys.due, store.keys.closed, store.keys.failed] {
            try await scan.run(RedisCommand("ZSCAN", key)) { words in
                try await take(AuditPage(.member, names: words[...].pairs.compactMap { $0.0.bytes }), &part)
            }
        }
        try await scan.run(RedisCommand("HSCAN", store.keys.redelivered)) { words in
            try await take(AuditPage(.redelivered, names: words[...].pairs.compactMap { $0.0.bytes }), &part)
        }
        try await take(AuditPage(.stopping, names: [[]]), &part)
        guard stores.count > 1 else { return }
        try await scan.run(RedisCommand("HSCAN", store.keys.unread)) { words in
            try await take(AuditPage(.unread, names: words[...].pairs.compactMap { $0.0.bytes }), &part)
        }
        let outboxes = try await part.reading.channels.outboxes()
        try await take(AuditPage(.channel, names: outboxes), &part)
    }

    /// Goes through the keys of a server: histories, inboxes and children, of whatever partition.
    private mutating func readKeys(on server: RedisStore, _ parts: inout [Part]) async throws {
        let families: [Keys.Family] = [.history, .inbox, .children]
        let starts = stores.enumerated().flatMap { number, store in
            families.map { (Array(store.keys.key($0, named: "").utf8), (family: $0, number: number)) }
        }
        let places = Dictionary(uniqueKeysWithValues: starts)
        let scan = PageScan(store: server, page: Self.page, longestRest: .zero)
        let pattern = "\(server.keys.namespace):{*}:*:*"
        try await scan.run(RedisCommand(name: "SCAN"), matching: pattern) { words in
            for (place, keys) in Dictionary(grouping: words.compactMap(\.bytes), by: { Self.start(of: $0) }) {
                guard let place, let (family, number) = places[place] else { continue }
                let names = keys.map { Array($0.dropFirst(place.count)) }
                try await take(AuditPage(family, names: names), &parts[number])
            }
        }
    }

    /// A key up to its third colon, that one included: no namespace has one.
    private static func start(of key: [UInt8]) -> [UInt8]? {
        var colons = 0
        for (index, byte) in key.enumerated() where byte == UInt8(ascii: ":") {
            colons += 1
            if colons == 3 { return Array(key[...index]) }
        }
        return nil
    }

    private mutating func count(_ reading: inout PartitionReading) {
        let counts = reading.takeCounts()
        report.executions += counts.executions
        report.closed += counts.closed
        report.replayed += counts.replayed
        report.notReplayed += counts.notReplayed
        report.tooLong += counts.tooLong
        for lateness in counts.latenesses { report.lateness.add(lateness) }
    }

    /// Looks a second time at what was wrong, and reports what still is.
    private mutating func settle(_ part: inout Part) async throws {
        let before = Set(part.doubtful.map(\.identity))
        let subjects = part.doubtful.map(\.subject).uniqued()
        let replayed = Set(
            part.doubtful.filter { AuditProblem.ofReplays.contains(Spelling($0.code)) }.map(\.subject.name)
        )
        part.doubtful = []
        guard !before.isEmpty else { return }
        try await Task.sleep(for: passing)
        for (kind, group) in Dictionary(grouping: subjects, by: \.kind) {
            let names = group.map(\.name)
            for chunk in names.chunks(ofCount: Examiner.atOnce) {
                let page = try await part.reading.page(kind, names: Array(chunk))
                // What a replay has found is replayed, whatever that takes.
                let budget = replayed.isDisjoint(with: chunk) ? budget : nil
                let doubts = try await part.reading.doubts(of: page, within: budget)
                for doubt in doubts where before.contains(doubt.identity) { report.add(doubt) }
            }
        }
        // Counted when they were first read.
        _ = part.reading.takeCounts()
    }

    // MARK: Clients' answers

    private mutating func check(accepted next: () throws -> [UInt8]?) async throws {
        var number = 0
        var starts: [AcceptedStart] = []
        let defaultMachine = try await stores[0].defaultMachine()
        while let line = try next() {
            number += 1
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
            switch AcceptedStart.read(line, defaultMachine: defaultMachine) {
            case .refused: continue
            case .unreadable(let reason):
                report.add(
                    AuditProblem.acceptedUnreadable.rawValue,
                    "line \(number)",
                    AuditProblem.acceptedUnreadable.text(reason)
                )
            case .start(let start): starts.append(start)
            }
            if starts.count == Self.page { try await compare(&starts) }
        }
        try await compare(&starts)
    }

    private mutating func compare(_ starts: inout [AcceptedStart]) async throws {
        report.accepted += starts.count
        let (stores, partitions) = (stores, places(of: starts))
        let found = try await withThrowingTaskGroup(of: [Doubt].self) { group in
            for (partition, starts) in partitions {
                for part in starts.chunks(ofCount: Examiner.atOnce) {
                    group.addTask { try await Self.doubts(of: Array(part), in: stores[partition]) }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        for doubt in found { report.add(doubt) }
        starts.removeAll(keepingCapacity: true)
    }

    private func places(of starts: [AcceptedStart]) -> [Int: [AcceptedStart]] {
        Dictionary(grouping: starts) { stores[0].keys.partitioning.partition(of: $0.key.name) }
    }

    /// How starts of a partition differ from what clients were told.
    private static func doubts(of starts: [AcceptedStart], in store: RedisStore) async throws -> [Doubt] {
        let documents = try await store.documents(starts.map(\.key))
        return zip(starts, documents).compactMap { start, document in
            start.problem(with: document).map { problem, detail in
                AuditSubject(kind: .execution, name: Array(start.key.member.utf8)).doubt(problem, detail)
            }
        }
    }
}
