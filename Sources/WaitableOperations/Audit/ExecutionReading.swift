import Algorithms
import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// Makes executions again from their journals, and compares what comes of it with their documents and their families.
struct ExecutionReading {
    /// What is to be told of some executions.
    struct Outcome {
        var doubts: [Doubt] = []
        var counts = AuditCounts()
        /// Those that ended by themselves after a wait: the end of it is not after their end.
        var closings: [(name: [UInt8], passed: Instant)] = []
    }

    private var replayer: Replayer
    private let families: FamilyCheck

    /// How many parts of a page are read side by side: so what one of them asks Redis for holds up the others less.
    private static let sideBySide = 4

    init(replayer: Replayer, families: FamilyCheck) {
        self.replayer = replayer
        self.families = families
    }

    /// Reads the executions of a page.
    ///
    /// - Parameter budget: What there is to make them again; `nil` where that may take as long as it takes.
    func outcome(of page: AuditPage, within budget: ReplayBudget?) async throws -> Outcome {
        let all = Array(zip(page.names, page.documents))
        let size = max(1, (all.count + Self.sideBySide - 1) / Self.sideBySide)
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            for part in all.chunks(ofCount: size) {
                group.addTask {
                    var reading = self
                    return try await reading.read(Array(part), within: budget)
                }
            }
            return try await group.reduce(into: Outcome()) { all, part in
                all.doubts += part.doubts
                all.counts.add(part.counts)
                all.closings += part.closings
            }
        }
    }

    private mutating func read(
        _ executions: [([UInt8], [UInt8])],
        within budget: ReplayBudget?
    ) async throws -> Outcome {
        var outcome = Outcome()
        for (name, document) in executions { try await read(name, document, within: budget, &outcome) }
        return outcome
    }

    private mutating func read(
        _ name: [UInt8],
        _ document: [UInt8],
        within budget: ReplayBudget?,
        _ outcome: inout Outcome
    ) async throws {
        outcome.counts.executions += 1
        let subject = AuditSubject(kind: .execution, name: name)
        guard let key = ExecutionKey(member: String(decoding: name, as: UTF8.self)) else {
            outcome.doubts.append(subject.doubt(.documentUnreadable, "is of no execution: its name has no colon"))
            return
        }
        let execution: Execution
        do throws(DocumentError) {
            execution = try ExecutionDocument.decode(document, key: key)
        } catch {
            outcome.doubts.append(subject.doubt(.documentUnreadable, error.reason))
            return
        }
        if let problem = Examiner.problem(with: execution) {
            outcome.doubts.append(subject.doubt(.documentUnreadable, problem))
        }
        if !execution.status.isOpen { outcome.counts.closed += 1 }
        switch try await replayer.make(execution, within: budget) {
        case .nothing: break
        case .impossible: outcome.counts.notReplayed += 1
        case .tooLong:
            outcome.counts.notReplayed += 1
            outcome.counts.tooLong += 1
        case .incomplete: outcome.doubts.append(subject.doubt(.journalIncomplete))
        case .made(let check):
            outcome.counts.replayed += 1
            outcome.counts.latenesses += check.latenesses
            let endedByItself = execution.status == .succeeded || execution.status == .failed
            if endedByItself, let passed = check.passed { outcome.closings.append((name, passed)) }
            switch check.difference {
            case nil: break
            case .leftWait(let end): outcome.doubts.append(subject.doubt(.waitLeftEarly, end.iso8601))
            case .other(let text): outcome.doubts.append(subject.doubt(.journalDiffers, text))
            }
        }
        if execution.parent != nil, let doubt = try await families.doubt(about: execution) {
            outcome.doubts.append(doubt)
        }
    }
}
