import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// Reads what an audit has to compare in one partition, a page at a time.
struct PartitionReading {
    let store: RedisStore
    /// Whether the partition's messages to the others are on their way.
    let channels: ChannelCheck
    private var examiner: Examiner
    private let executions: ExecutionReading
    private let families: FamilyCheck
    private var counts = AuditCounts()

    /// - Parameter stores: All partitions, in order.
    init(store: RedisStore, of stores: [RedisStore], itemTable: String, replayer: Replayer) {
        self.store = store
        examiner = Examiner(store: store, itemTable: itemTable)
        channels = ChannelCheck(store: store, stores: stores)
        families = FamilyCheck(store: store, stores: stores)
        executions = ExecutionReading(replayer: replayer, families: families)
    }

    /// What was counted since this was called last.
    mutating func takeCounts() -> AuditCounts {
        defer { counts = AuditCounts() }
        return counts
    }

    /// Reads subjects again.
    func page(_ kind: AuditSubject.Kind, names: [[UInt8]]) async throws -> AuditPage {
        guard kind == .execution else { return AuditPage(kind, names: names) }
        var command = RedisCommand("HMGET", store.keys.executions)
        for name in names { command.append(name) }
        let documents = try await store.send(command).array ?? []
        return AuditPage(documents: zip(names, documents).flatMap { [.bulk($0), $1] })
    }

    /// What is wrong with a page, as it was read.
    ///
    /// - Parameter budget: What there is to make executions again; `nil` where that may take as long as it takes.
    mutating func doubts(of page: AuditPage, within budget: ReplayBudget?) async throws -> [Doubt] {
        guard !page.names.isEmpty else { return [] }
        switch page.kind {
        case .execution: return try await doubtsOfExecutions(page, within: budget)
        case .member: return try await verdicts(.member, page)
        case .redelivered: return try await verdicts(.redelivered, page)
        case .family(.history): return try await verdicts(.history, page)
        case .family(let family): return try await families.doubts(of: family, page.names)
        case .stopping: return try await families.forgotten()
        case .unread: return try await families.doubts(ofUnread: page.names)
        case .channel: return try await channels.doubts(of: page.names)
        }
    }

    private mutating func verdicts(_ kind: Examiner.Subject.Kind, _ page: AuditPage) async throws -> [Doubt] {
        let subjects = Self.subjects(kind, page)
        var doubts: [Doubt] = []
        for part in stride(from: 0, to: subjects.count, by: Examiner.atOnce) {
            let asked = Array(subjects[part..<min(part + Examiner.atOnce, subjects.count)])
            doubts += try await examiner.verdicts(on: asked).map { Self.doubt($0, page) }
        }
        return doubts
    }

    /// Redis judges the executions while this process makes them again.
    private mutating func doubtsOfExecutions(_ page: AuditPage, within budget: ReplayBudget?) async throws -> [Doubt] {
        var doubts: [Doubt] = []
        for part in page.parts(of: Examiner.atOnce) {
            let (store, examiner, subjects) = (store, examiner, Self.subjects(.execution, part))
            async let judged = examiner.judgement(of: subjects)
            async let scores = Self.closings(of: part, in: store)
            let outcome = try await executions.outcome(of: part, within: budget)
            counts.add(outcome.counts)
            doubts += outcome.doubts
            doubts += Self.closedEarly(outcome, try await scores)
            let first = try await judged
            doubts += try await self.examiner.verdicts(on: subjects, after: first).map { Self.doubt($0, part) }
        }
        return doubts
    }

    private static func subjects(_ kind: Examiner.Subject.Kind, _ page: AuditPage) -> [Examiner.Subject] {
        page.names.map { Examiner.Subject(kind: kind, name: $0) }.filter(\.isNameable)
    }

    private static func doubt(_ verdict: Examiner.Verdict, _ page: AuditPage) -> Doubt {
        Doubt(
            subject: AuditSubject(kind: page.kind, name: verdict.subject.name),
            code: verdict.problem.rawValue,
            text: verdict.problem.text(verdict.detail)
        )
    }

    /// The instants of the commits that closed executions, by the clock of Redis, in ms.
    private static func closings(of page: AuditPage, in store: RedisStore) async throws -> [[UInt8]: Double] {
        var command = RedisCommand(name: "ZMSCORE", capacity: page.names.count + 1)
        command.append(store.keys.closed)
        for name in page.names { command.append(name) }
        let scores = try await store.send(command).array ?? []
        let known = zip(page.names, scores).compactMap { name, score in
            score.string.flatMap(Double.init).map { (name, $0) }
        }
        return Dictionary(known) { first, _ in first }
    }

    private static func closedEarly(_ outcome: ExecutionReading.Outcome, _ scores: [[UInt8]: Double]) -> [Doubt] {
        outcome.closings.compactMap { name, passed in
            guard let score = scores[name], score < Double(passed.milliseconds) else { return nil }
            let closed = Instant(clamping: score)?.iso8601 ?? "\(score) ms"
            return AuditSubject(kind: .execution, name: name).doubt(
                .closedEarly,
                "\(closed) is before \(passed.iso8601)"
            )
        }
    }
}
