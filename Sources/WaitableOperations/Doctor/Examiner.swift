import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// Has Redis judge what a partition holds by `waitable_examine`, each page in one atomic call, so that what is found was so
/// at one instant, also while workers commit.
struct Examiner {
    /// What a function is asked to judge.
    struct Subject: Hashable {
        var kind: Kind
        var name: [UInt8]

        enum Kind: String {
            case execution = "E"
            case member = "M"
            case history = "H"
            case redelivered = "R"
            case item = "I"
        }

        /// Whether a function takes it.
        var isNameable: Bool { (1...1_024).contains(name.count) }
    }

    /// One finding of a function.
    struct Verdict {
        var subject: Subject
        var problem: DataProblem
        var detail: String
        var isMended: Bool
    }

    /// What a call of the function says.
    struct Judgement {
        var verdicts: [Verdict] = []
        /// Revisions that it was not told of.
        var unknown: [String] = []
    }

    let store: RedisStore
    let itemTable: String
    /// Revisions by their hash: the pattern that their machine follows, or `false`.
    private var patterns: JSONObject = [:]

    /// How many one call judges: Redis does nothing else meanwhile.
    static let atOnce = 100
    /// The longest lease that a worker can be set to take, with a minute for its renewal.
    private static let longestLease = 3_660_000

    init(store: RedisStore, itemTable: String) {
        self.store = store
        self.itemTable = itemTable
    }

    /// Has subjects judged by one function call; again, where they are of revisions that were not looked at before.
    mutating func verdicts(on subjects: [Subject], mending: Bool = false) async throws -> [Verdict] {
        let judgement = try await judgement(of: subjects, mending: mending)
        return try await verdicts(on: subjects, after: judgement, mending: mending)
    }

    /// What a first call has come to; what a second one does, where subjects are of revisions that were not looked at before.
    mutating func verdicts(
        on subjects: [Subject],
        after first: Judgement,
        mending: Bool = false
    ) async throws -> [Verdict] {
        var judgement = first
        while true {
            let isOfUse = try await learn(judgement.unknown)
            // What was mended is not found a second time.
            if !isOfUse || mending { return judgement.verdicts }
            judgement = try await self.judgement(of: subjects)
        }
    }

    /// What one call of the function says, by what is known of revisions.
    func judgement(of subjects: [Subject], mending: Bool = false) async throws(StoreError) -> Judgement {
        guard !subjects.isEmpty else { return Judgement() }
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
        guard let parts = reply.array, parts.count == 2, let findings = parts[0].array, let revisions = parts[1].array
        else { throw .unexpectedReply(function: "waitable_examine", reply: "\(reply)") }
        return Judgement(verdicts: findings.compactMap(Self.verdict), unknown: revisions.compactMap(\.string))
    }

    /// What is wrong with a document, as the rest of a sentence; `nil` where nothing is.
    static func problem(with document: [UInt8], of name: [UInt8]) -> String? {
        guard let key = ExecutionKey(member: String(decoding: name, as: UTF8.self)) else {
            return "is of no execution: its name has no colon"
        }
        do throws(DocumentError) {
            return problem(with: try ExecutionDocument.decode(document, key: key))
        } catch {
            return error.reason
        }
    }

    /// What is wrong with an execution that could be read, as the rest of a sentence; `nil` where nothing is.
    static func problem(with execution: Execution) -> String? {
        if (try? JSON(parsing: execution.input)) == nil { return "has an input that is not JSON" }
        if let output = execution.output, output != execution.input, (try? JSON(parsing: output)) == nil {
            return "has an output that is not JSON"
        }
        return nil
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

    private static func verdict(_ reply: RedisValue) -> Verdict? {
        guard let words = reply.array, words.count == 5, let kind = words[0].string.flatMap(Subject.Kind.init),
            let name = words[1].bytes, let problem = words[2].string.flatMap(DataProblem.init),
            let detail = words[3].string
        else { return nil }
        return Verdict(
            subject: Subject(kind: kind, name: name),
            problem: problem,
            detail: detail,
            isMended: words[4] == .integer(1)
        )
    }
}
