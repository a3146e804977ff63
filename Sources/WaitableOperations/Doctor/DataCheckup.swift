import Algorithms
import RedisClient
import WaitableRedis

/// The invariants over everything that a namespace holds.
///
/// All keys and members are gone through in pages, and each page is judged by one function call: so memory is bounded by
/// the page, Redis is held up by no more than a page, and each finding was so at one instant, however much changes
/// meanwhile. Between two pages the checkup rests as long as the page took, at most 2 ms.
struct DataCheckup {
    private typealias Subject = Examiner.Subject
    private typealias Verdict = Examiner.Verdict

    private let partitions: Partitions
    /// Of each partition.
    private var examiners: [Examiner]
    /// Whether what can be mended is mended.
    private let mends: Bool
    var findings: FindingLog
    /// Which namespaces and partitions the keys of this Redis are of.
    private(set) var survey = NamespaceSurvey()
    /// How many executions were looked at.
    private(set) var executions = 0

    /// By partition.
    private var doubtful: [Int: Set<Subject>] = [:]
    private var doubtfulSince = ContinuousClock.now

    /// The longest rest between two pages: beyond it, Redis was busy with others.
    private static let longestRest = Duration.milliseconds(2)
    /// How long something has to be there that somebody may only pass through.
    private static let passing = Duration.seconds(1)

    init(partitions: Partitions, itemTable: String, mends: Bool, findings: FindingLog) {
        self.partitions = partitions
        examiners = partitions.stores.map { Examiner(store: $0, itemTable: itemTable) }
        self.mends = mends
        self.findings = findings
    }

    /// Goes through everything.
    ///
    /// - Returns: Whether there was something to go through: `false` where a key of Waitable's holds something else.
    mutating func run() async throws -> Bool {
        for store in partitions.stores {
            guard try await KeyTypes(store: store).areRight(&findings, mends: mends) else { return false }
            try await scan(RedisCommand("ZSCAN", store.keys.due), of: .member, in: store)
            try await scan(RedisCommand("ZSCAN", store.keys.closed), of: .member, in: store)
            try await scan(RedisCommand("ZSCAN", store.keys.failed), of: .member, in: store)
            try await scan(RedisCommand("HSCAN", store.keys.executions), of: .execution, in: store)
            try await scan(RedisCommand("HSCAN", store.keys.redelivered), of: .redelivered, in: store)
        }
        for server in partitions.servers { try await scanKeys(of: server) }
        try await settleDoubtful()
        return true
    }

    // MARK: Pages

    /// Goes through the members of a sorted set, or the fields of a hash.
    private mutating func scan(_ command: RedisCommand, of kind: Subject.Kind, in store: RedisStore) async throws {
        let partition = store.keys.partition
        try await PageScan(store: store, longestRest: Self.longestRest).run(command) { words in
            let names = words[...].pairs.compactMap { $0.0.bytes }
            if kind == .execution { executions += names.count }
            let documents = kind == .execution ? words : []
            try await judge(names.map { Subject(kind: kind, name: $0) }, documents: documents, in: partition)
        }
    }

    /// Goes through all keys of a Redis that look like Waitable's.
    private mutating func scanKeys(of server: RedisStore) async throws {
        let families: [(Subject.Kind, Keys.Family)] = [(.history, .history), (.item, .item)]
        let starts = partitions.stores.flatMap { store in
            families.map { (Array(store.keys.key($0.1, named: "").utf8), ($0.0, store.keys.partition)) }
        }
        let kinds = Dictionary(uniqueKeysWithValues: starts)
        let scan = PageScan(store: server, longestRest: Self.longestRest)
        try await scan.run(RedisCommand(name: "SCAN"), matching: "*:{*}:*") { words in
            var subjects: [Int: [Subject]] = [:]
            for key in words.compactMap(\.bytes) {
                survey.add(key)
                guard let start = Self.start(of: key), let (kind, partition) = kinds[start] else { continue }
                subjects[partition, default: []].append(Subject(kind: kind, name: Array(key.dropFirst(start.count))))
            }
            for (partition, subjects) in subjects { try await judge(subjects, in: partition) }
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

    // MARK: Judging

    /// Reads documents, as everybody does who is not a function: those that cannot be read are a finding.
    ///
    /// - Parameter words: A name and a document, and so on.
    private mutating func read(_ words: [RedisValue], in partition: Int) {
        for (name, document) in words[...].pairs {
            guard let name = name.bytes, let document = document.bytes,
                let problem = Examiner.problem(with: document, of: name)
            else { continue }
            let subject = Subject(kind: .execution, name: name)
            add(
                Verdict(subject: subject, problem: .documentUnreadable, detail: problem, isMended: false),
                in: partition
            )
        }
    }

    /// - Parameter documents: A name and a document, and so on: they are read while Redis judges them.
    private mutating func judge(
        _ subjects: [Subject],
        documents: [RedisValue] = [],
        in partition: Int
    ) async throws {
        var documents = documents
        for part in subjects.chunks(ofCount: Examiner.atOnce) {
            for subject in part where !subject.isNameable { addBadName(subject, in: partition) }
            let nameable = part.filter(\.isNameable)
            let examiner = examiners[partition]
            async let first = examiner.judgement(of: nameable)
            read(documents, in: partition)
            documents = []
            let verdicts = try await examiners[partition].verdicts(on: nameable, after: first)
            let passing = verdicts.filter(\.problem.canPass)
            if !passing.isEmpty {
                doubtful[partition, default: []].formUnion(passing.map(\.subject))
                doubtfulSince = .now
            }
            try await settle(verdicts, in: partition, passing: false)
        }
        if doubtful.reduce(0, { $0 + $1.value.count }) >= 1_000 { try await settleDoubtful() }
    }

    /// Looks a second time at what somebody may only have passed through.
    private mutating func settleDoubtful() async throws {
        let doubtful = doubtful
        self.doubtful = [:]
        guard !doubtful.isEmpty else { return }
        try await Task.sleep(until: doubtfulSince + Self.passing, clock: .continuous)
        for (partition, subjects) in doubtful {
            for part in Array(subjects).chunks(ofCount: Examiner.atOnce) {
                let verdicts = try await examiners[partition].verdicts(on: Array(part))
                try await settle(verdicts, in: partition, passing: true)
            }
        }
    }

    /// Counts what was found; mends it first, when that is asked for and it is still so.
    ///
    /// - Parameter passing: Whether to count what somebody may pass through, or all the rest.
    private mutating func settle(_ verdicts: [Verdict], in partition: Int, passing: Bool) async throws {
        var verdicts = verdicts.filter { $0.problem.canPass == passing }
        if mends {
            let subjects = Array(verdicts.map(\.subject).uniqued())
            verdicts = try await examiners[partition].verdicts(on: subjects, mending: true)
                .filter { $0.isMended || $0.problem.canPass == passing }
        }
        for verdict in verdicts { add(verdict, in: partition) }
    }

    // MARK: Findings

    private mutating func add(_ verdict: Verdict, in partition: Int) {
        let outcome: Finding.Outcome = verdict.isMended ? .mended : mends ? .left : .found
        findings.add(
            Finding(
                verdict.problem.rawValue,
                verdict.problem.severity,
                at: place(of: verdict.subject, verdict.problem, in: partition),
                verdict.problem.text(verdict.detail),
                verdict.problem.advice(outcome),
                outcome: outcome
            )
        )
    }

    private mutating func addBadName(_ subject: Subject, in partition: Int) {
        var shown = subject
        shown.name = Array(subject.name.prefix(128))
        findings.add(
            Finding(
                "bad-name",
                .error,
                at: place(of: shown, nil, in: partition),
                "A name has 1 to 1024 bytes, and this one has \(subject.name.count): no transition takes it.",
                "It was put there by hand: take it out (ZREM, HDEL or DEL).",
                outcome: mends ? .left : .found
            )
        )
    }

    private func place(of subject: Subject, _ problem: DataProblem?, in partition: Int) -> String {
        let keys = partitions.stores[partition].keys
        let name = String(decoding: subject.name, as: UTF8.self)
        return switch subject.kind {
        case .execution: "\(name) in \(keys.executions)"
        case .member where problem == .listedWithoutDocument: "\(name) in \(keys.closed)"
        case .member where problem == .listedAsFailed: "\(name) in \(keys.failed)"
        case .member: "\(name) in \(keys.due)"
        case .history: keys.key(.history, named: name)
        case .redelivered: "\(name) in \(keys.redelivered)"
        case .item: keys.key(.item, named: name)
        }
    }
}
