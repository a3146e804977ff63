import Algorithms
import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// The invariants over everything that a namespace holds.
///
/// All keys and members are gone through in pages, and each page is judged by one function call: so memory is bounded by
/// the page, Redis is held up by no more than a page, and each finding was so at one instant, however much changes
/// meanwhile. Between two pages the checkup rests as long as the page took, at most 2 ms.
struct DataCheckup {
    /// What a function is asked to judge.
    struct Subject: Hashable {
        var kind: Kind
        var name: [UInt8]
        var partition: Int

        enum Kind: String {
            case execution = "E"
            case member = "M"
            case history = "H"
            case redelivered = "R"
            case item = "I"
        }
    }

    /// One finding of a function.
    private struct Verdict {
        var subject: Subject
        var problem: DataProblem
        var detail: String
        var isMended: Bool
    }

    private let partitions: Partitions
    /// The partition that is looked at.
    private var store: RedisStore
    private let itemTable: String
    /// Whether what can be mended is mended.
    private let mends: Bool
    var findings: FindingLog
    /// Which namespaces and partitions the keys of this Redis are of.
    private(set) var survey = NamespaceSurvey()
    /// How many executions were looked at.
    private(set) var executions = 0

    /// Revisions by their hash: the pattern that their machine follows, or `false`.
    private var patterns: JSONObject = [:]
    private var doubtful: [Subject] = []
    private var doubtfulSince = ContinuousClock.now

    /// Members and keys of one page: the most, of which there are fewer where they come with large documents.
    private static let page = 100
    /// The first page's.
    private static let firstPage = 8
    /// About how many bytes a page has.
    private static let bytesOfPage = 1_048_576
    /// The longest rest between two pages: beyond it, Redis was busy with others.
    private static let longestRest = Duration.milliseconds(2)
    /// The longest lease that a worker can be set to take, with a minute for its renewal.
    private static let longestLease = 3_660_000
    /// How long something has to be there that somebody may only pass through.
    private static let passing = Duration.seconds(1)

    init(partitions: Partitions, itemTable: String, mends: Bool, findings: FindingLog) {
        self.partitions = partitions
        store = partitions.home
        self.itemTable = itemTable
        self.mends = mends
        self.findings = findings
    }

    /// Goes through everything.
    ///
    /// - Returns: Whether there was something to go through: `false` where a key of Waitable's holds something else.
    mutating func run() async throws -> Bool {
        for partition in partitions.stores {
            store = partition
            guard try await KeyTypes(store: store).areRight(&findings, mends: mends) else { return false }
            try await scan(RedisCommand("ZSCAN", store.keys.due), of: .member)
            try await scan(RedisCommand("ZSCAN", store.keys.closed), of: .member)
            try await scan(RedisCommand("HSCAN", store.keys.executions), of: .execution)
            try await scan(RedisCommand("HSCAN", store.keys.redelivered), of: .redelivered)
        }
        for server in partitions.servers {
            store = server
            try await scanKeys()
        }
        try await settleDoubtful()
        return true
    }

    // MARK: Pages

    /// Goes through the members of a sorted set, or the fields of a hash.
    private mutating func scan(_ command: RedisCommand, of kind: Subject.Kind) async throws {
        try await pages(of: command) { checkup, words in
            let names = words[...].pairs.compactMap { $0.0.bytes }
            if kind == .execution {
                checkup.executions += names.count
                checkup.read(words)
            }
            let partition = checkup.store.keys.partition
            try await checkup.judge(names.map { Subject(kind: kind, name: $0, partition: partition) })
        }
    }

    /// Goes through all keys of this Redis that look like Waitable's.
    private mutating func scanKeys() async throws {
        let families: [(Subject.Kind, Keys.Family)] = [(.history, .history), (.item, .item)]
        let starts = partitions.stores.flatMap { store in
            families.map { (Array(store.keys.key($0.1, named: "").utf8), ($0.0, store.keys.partition)) }
        }
        let kinds = Dictionary(uniqueKeysWithValues: starts)
        try await pages(of: RedisCommand(name: "SCAN"), matching: "*:{*}:*") { checkup, words in
            var subjects: [Subject] = []
            for key in words.compactMap(\.bytes) {
                checkup.survey.add(key)
                guard let start = Self.start(of: key), let (kind, partition) = kinds[start] else { continue }
                let name = Array(key.dropFirst(start.count))
                subjects.append(Subject(kind: kind, name: name, partition: partition))
            }
            try await checkup.judgeAll(subjects)
        }
    }

    /// A key up to its third colon, that one included: no namespace has one.
    private static func start(of key: [UInt8]) -> [UInt8]? {
        let colon = UInt8(ascii: ":")
        guard let first = key.firstIndex(of: colon), let second = key[(first + 1)...].firstIndex(of: colon),
            let third = key[(second + 1)...].firstIndex(of: colon)
        else { return nil }
        return Array(key[...third])
    }

    /// Judges what may be of several partitions.
    private mutating func judgeAll(_ subjects: [Subject]) async throws {
        let before = store
        defer { store = before }
        for (partition, subjects) in Dictionary(grouping: subjects, by: \.partition) {
            store = partitions.stores[partition]
            try await judge(subjects)
        }
    }

    private mutating func pages(
        of command: RedisCommand,
        matching pattern: String? = nil,
        _ body: (inout DataCheckup, [RedisValue]) async throws -> Void
    ) async throws {
        let store = store
        func page(at cursor: String?, of count: Int) async throws -> (words: [RedisValue], next: String?)? {
            guard let cursor else { return nil }
            var command = command
            command.append(cursor)
            if let pattern {
                command.append("MATCH")
                command.append(pattern)
            }
            command.append("COUNT")
            command.append(count)
            let reply = try await store.send(command)
            guard let parts = reply.array, parts.count == 2, let next = parts[0].string, let words = parts[1].array
            else { throw StoreError.unexpectedReply(function: "SCAN", reply: "\(reply)") }
            return (words, next == "0" ? nil : next)
        }
        var count = Self.firstPage
        var current = try await page(at: "0", of: count)
        while let (words, next) = current {
            let start = ContinuousClock.now
            // Read ahead, so that a page costs one round trip.
            let wanted = Self.count(after: count, bytes: words.reduce(1) { $0 + ($1.bytes?.count ?? 0) })
            async let following = page(at: next, of: wanted)
            count = wanted
            try await body(&self, words)
            current = try await following
            if current != nil { try await Task.sleep(for: min(ContinuousClock.now - start, Self.longestRest)) }
        }
    }

    /// For how much to ask after a page: Redis knows of a page only how many there are to be in it.
    private static func count(after count: Int, bytes: Int) -> Int {
        bytes > bytesOfPage ? max(1, count * bytesOfPage / bytes) : min(page, count * min(8, bytesOfPage / bytes))
    }

    // MARK: Reading

    /// Reads documents, as everybody does who is not a function: those that cannot be read are a finding.
    ///
    /// - Parameter words: A name and a document, and so on.
    private mutating func read(_ words: [RedisValue]) {
        for (name, document) in words[...].pairs {
            guard let name = name.bytes, let document = document.bytes,
                let problem = Self.problem(with: document, of: name)
            else { continue }
            let subject = Subject(kind: .execution, name: name, partition: store.keys.partition)
            add(Verdict(subject: subject, problem: .documentUnreadable, detail: problem, isMended: false))
        }
    }

    /// What is wrong with a document, as the rest of a sentence; `nil` where nothing is.
    private static func problem(with document: [UInt8], of name: [UInt8]) -> String? {
        guard let key = ExecutionKey(member: String(decoding: name, as: UTF8.self)) else {
            return "is of no execution: its name has no colon"
        }
        do throws(DocumentError) {
            let execution = try ExecutionDocument.decode(document, key: key)
            if (try? JSON(parsing: execution.input)) == nil { return "has an input that is not JSON" }
            if let output = execution.output, output != execution.input, (try? JSON(parsing: output)) == nil {
                return "has an output that is not JSON"
            }
            return nil
        } catch {
            return error.reason
        }
    }

    // MARK: Judging

    private mutating func judge(_ subjects: [Subject]) async throws {
        for part in subjects.chunks(ofCount: Self.page) {
            let usable = part.filter { (1...1_024).contains($0.name.count) }
            for subject in part where !(1...1_024).contains(subject.name.count) { addBadName(subject) }
            let verdicts = try await verdicts(on: usable, mending: false)
            let passing = verdicts.filter(\.problem.canPass)
            if !passing.isEmpty {
                doubtful += passing.map(\.subject)
                doubtfulSince = .now
            }
            try await settle(verdicts, passing: false)
        }
        if doubtful.count >= 1_000 { try await settleDoubtful() }
    }

    /// Looks a second time at what somebody may only have passed through.
    private mutating func settleDoubtful() async throws {
        let subjects = Set(doubtful)
        doubtful = []
        guard !subjects.isEmpty else { return }
        try await Task.sleep(until: doubtfulSince + Self.passing, clock: .continuous)
        let before = store
        defer { store = before }
        for (partition, subjects) in Dictionary(grouping: subjects, by: \.partition) {
            store = partitions.stores[partition]
            for part in subjects.chunks(ofCount: Self.page) {
                try await settle(try await verdicts(on: part, mending: false), passing: true)
            }
        }
    }

    /// Counts what was found; mends it first, when that is asked for and it is still so.
    ///
    /// - Parameter passing: Whether to count what somebody may pass through, or all the rest.
    private mutating func settle(_ verdicts: [Verdict], passing: Bool) async throws {
        var verdicts = verdicts.filter { $0.problem.canPass == passing }
        if mends {
            verdicts = try await self.verdicts(on: Set(verdicts.map(\.subject)), mending: true)
                .filter { $0.isMended || $0.problem.canPass == passing }
        }
        for verdict in verdicts { add(verdict) }
    }

    /// Has subjects judged by one function call; again, where they are of revisions that were not looked at before.
    private mutating func verdicts(
        on subjects: some Collection<Subject>,
        mending: Bool
    ) async throws -> [Verdict] {
        guard !subjects.isEmpty else { return [] }
        while true {
            var command = RedisCommand(name: mending ? "FCALL" : "FCALL_RO", capacity: 2 * subjects.count + 6)
            command.append(mending ? "waitable_mend" : "waitable_examine")
            command.append(1)
            command.append(store.keys.prefix)
            command.append(Self.longestLease)
            command.append(itemTable)
            command.append(JSON.object(patterns).text)
            for subject in subjects {
                command.append(subject.kind.rawValue)
                command.append(subject.name)
            }
            let reply = try await store.send(command)
            guard let parts = reply.array, parts.count == 2, let findings = parts[0].array,
                let revisions = parts[1].array
            else { throw StoreError.unexpectedReply(function: "waitable_examine", reply: "\(reply)") }
            let isComplete = try await learn(revisions.compactMap(\.string)) == false
            // What was mended is not found a second time.
            if isComplete || mending { return findings.compactMap(verdict) }
        }
    }

    /// Looks at revisions.
    ///
    /// - Returns: Whether one of them follows the waitable pattern, so that there is more to judge.
    private mutating func learn(_ hashes: [String]) async throws -> Bool {
        var isOfUse = false
        for hash in hashes {
            let pattern = try await store.revision(hash).flatMap {
                WaitablePattern(definition: $0.definition, table: itemTable)
            }
            isOfUse = isOfUse || pattern != nil
            patterns[hash] =
                pattern.map { pattern in
                    .object([
                        "attribute": .string(WaitablePattern.attribute), "first": .string(pattern.first),
                        "last": .string(pattern.last),
                    ])
                } ?? .bool(false)
        }
        return isOfUse
    }

    private func verdict(_ reply: RedisValue) -> Verdict? {
        guard let words = reply.array, words.count == 5, let kind = words[0].string.flatMap(Subject.Kind.init),
            let name = words[1].bytes, let problem = words[2].string.flatMap(DataProblem.init),
            let detail = words[3].string
        else { return nil }
        return Verdict(
            subject: Subject(kind: kind, name: name, partition: store.keys.partition),
            problem: problem,
            detail: detail,
            isMended: words[4] == .integer(1)
        )
    }

    // MARK: Findings

    private mutating func add(_ verdict: Verdict) {
        let outcome: Finding.Outcome = verdict.isMended ? .mended : mends ? .left : .found
        findings.add(
            Finding(
                verdict.problem.rawValue,
                verdict.problem.severity,
                at: place(of: verdict.subject, verdict.problem),
                verdict.problem.text(verdict.detail),
                verdict.problem.advice(outcome),
                outcome: outcome
            )
        )
    }

    private mutating func addBadName(_ subject: Subject) {
        var shown = subject
        shown.name = Array(subject.name.prefix(128))
        findings.add(
            Finding(
                "bad-name",
                .error,
                at: place(of: shown, nil),
                "A name has 1 to 1024 bytes, and this one has \(subject.name.count): no transition takes it.",
                "It was put there by hand: take it out (ZREM, HDEL or DEL).",
                outcome: mends ? .left : .found
            )
        )
    }

    private func place(of subject: Subject, _ problem: DataProblem?) -> String {
        let name = String(decoding: subject.name, as: UTF8.self)
        return switch subject.kind {
        case .execution: "\(name) in \(store.keys.executions)"
        case .member: "\(name) in \(problem == .listedWithoutDocument ? store.keys.closed : store.keys.due)"
        case .history: store.keys.key(.history, named: name)
        case .redelivered: "\(name) in \(store.keys.redelivered)"
        case .item: store.keys.key(.item, named: name)
        }
    }
}
