import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// Reads what an audit has to compare in one partition, a page at a time.
struct PartitionReading {
    /// What was read since the counts were taken last.
    struct Counts {
        var executions = 0
        var closed = 0
        var replayed = 0
        var notReplayed = 0
        var latenesses: [Int64] = []
    }

    let store: RedisStore
    private var examiner: Examiner
    private var replayer: Replayer
    private let families: FamilyCheck
    private var counts = Counts()

    init(store: RedisStore, itemTable: String, replayer: Replayer) {
        self.store = store
        self.replayer = replayer
        examiner = Examiner(store: store, itemTable: itemTable)
        families = FamilyCheck(store: store)
    }

    mutating func takeCounts() -> Counts {
        defer { counts = Counts() }
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
    mutating func doubts(of page: AuditPage) async throws -> [Doubt] {
        guard !page.names.isEmpty else { return [] }
        switch page.kind {
        case .execution:
            let verdicts = try await verdicts(.execution, page)
            return verdicts + (try await executions(page))
        case .member: return try await verdicts(.member, page)
        case .redelivered: return try await verdicts(.redelivered, page)
        case .family(.history): return try await verdicts(.history, page)
        case .family(let family): return try await families.doubts(of: family, page.names)
        case .stopping: return try await families.forgotten()
        }
    }

    private mutating func verdicts(_ kind: Examiner.Subject.Kind, _ page: AuditPage) async throws -> [Doubt] {
        let subjects = page.names.map { Examiner.Subject(kind: kind, name: $0) }.filter(\.isNameable)
        var doubts: [Doubt] = []
        for part in stride(from: 0, to: subjects.count, by: Examiner.atOnce) {
            let asked = subjects[part..<min(part + Examiner.atOnce, subjects.count)]
            doubts += try await examiner.verdicts(on: asked).map { verdict in
                Doubt(
                    subject: AuditSubject(kind: page.kind, name: verdict.subject.name),
                    code: verdict.problem.rawValue,
                    text: verdict.problem.text(verdict.detail)
                )
            }
        }
        return doubts
    }

    private mutating func executions(_ page: AuditPage) async throws -> [Doubt] {
        var command = RedisCommand(name: "ZMSCORE", capacity: page.names.count + 1)
        command.append(store.keys.closed)
        for name in page.names { command.append(name) }
        async let scores = store.send(command).array ?? []
        var doubts: [Doubt] = []
        var closings: [(name: [UInt8], passed: Instant)?] = []
        for (name, document) in zip(page.names, page.documents) {
            counts.executions += 1
            func doubt(_ problem: AuditProblem, _ detail: String = "") {
                doubts.append(
                    Doubt(
                        subject: AuditSubject(kind: .execution, name: name),
                        code: problem.rawValue,
                        text: problem.text(detail)
                    )
                )
            }
            let execution: Execution
            do {
                guard let key = ExecutionKey(member: String(decoding: name, as: UTF8.self)) else {
                    doubt(.documentUnreadable, "is of no execution: its name has no colon")
                    closings.append(nil)
                    continue
                }
                execution = try ExecutionDocument.decode(document, key: key)
            } catch {
                doubt(.documentUnreadable, error.reason)
                closings.append(nil)
                continue
            }
            if let problem = Examiner.problem(with: execution) { doubt(.documentUnreadable, problem) }
            if !execution.status.isOpen { counts.closed += 1 }
            var passed: Instant?
            switch try await replayer.make(execution) {
            case .nothing: break
            case .impossible: counts.notReplayed += 1
            case .incomplete: doubt(.journalIncomplete)
            case .made(let check):
                counts.replayed += 1
                counts.latenesses += check.latenesses
                passed = check.passed
                switch check.difference {
                case nil: break
                case .leftWait(let end): doubt(.waitLeftEarly, end.iso8601)
                case .other(let text): doubt(.journalDiffers, text)
                }
            }
            let endedByItself = execution.status == .succeeded || execution.status == .failed
            closings.append(endedByItself ? passed.map { (name, $0) } : nil)
            if execution.parent != nil, let found = try await families.doubt(about: execution) { doubts.append(found) }
        }
        // The set has the instant of the commit, by the clock of Redis.
        for (closing, score) in zip(closings, try await scores) {
            guard let closing, let score = score.string.flatMap(Double.init) else { continue }
            guard score < Double(closing.passed.milliseconds) else { continue }
            let closed = Instant(clamping: score)?.iso8601 ?? "\(score) ms"
            let text = "\(closed) is before \(closing.passed.iso8601)"
            doubts.append(
                Doubt(
                    subject: AuditSubject(kind: .execution, name: closing.name),
                    code: AuditProblem.closedEarly.rawValue,
                    text: AuditProblem.closedEarly.text(text)
                )
            )
        }
        return doubts
    }
}
