import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// Whether parents, children and inboxes agree.
struct FamilyCheck {
    let store: RedisStore

    /// How many entries of a hash are read at once.
    private static let entries = 100

    /// Whether a child and the task that waits for its end agree.
    ///
    /// - Parameter execution: One with a parent.
    func doubt(about execution: Execution) async throws -> Doubt? {
        guard let parent = execution.parent, isHere(parent.key) else { return nil }
        let children = store.keys.key(.children, named: parent.key.member)
        let known = try await store.send(RedisCommand("HGET", children, "\(parent.task)")).string
        let isKnown = known.map { $0.utf8.elementsEqual(execution.key.member.utf8) } ?? false
        let name = Array(execution.key.member.utf8)
        if !execution.status.isOpen {
            return isKnown ? doubt(.endNotTold, .execution, name, parent.key.member) : nil
        }
        // One that was redriven may go on by itself, after its parent has read how it ended.
        guard !isKnown, execution.redriveCount == 0, execution.messages.redrivenAt == nil else { return nil }
        guard try await !isToBeStopped(name) else { return nil }
        return doubt(.parentUnaware, .execution, name, parent.key.member)
    }

    /// What is wrong with keys of a family.
    func doubts(of family: Keys.Family, _ names: [[UInt8]]) async throws -> [Doubt] {
        var doubts: [Doubt] = []
        for name in names {
            let key = store.keys.key(family, named: String(decoding: name, as: UTF8.self))
            // The key first: what it is of may close and take it along.
            guard try await store.send(RedisCommand("EXISTS", key)).integer == 1 else { continue }
            let isOpen = try await execution(name)?.status.isOpen ?? false
            switch family {
            case .inbox:
                if !isOpen {
                    doubts.append(doubt(.inboxWithoutExecution, .family(family), name, ""))
                } else if let unread = try await unread(name, key) {
                    doubts.append(unread)
                }
            case .children:
                if isOpen {
                    doubts += try await missing(name, key)
                } else {
                    doubts.append(doubt(.childrenWithoutParent, .family(family), name, ""))
                }
            case .history, .item: break
            }
        }
        return doubts
    }

    /// Executions that are to be stopped, and that no claim is told of.
    func forgotten() async throws -> [Doubt] {
        let left = try await store.send(RedisCommand("LLEN", store.keys.stopping)).integer ?? 0
        guard left > 0 else { return [] }
        let told = try await store.send(RedisCommand("HEXISTS", store.keys.paused, Keys.stoppingField)).integer
        return told == 1 ? [] : [doubt(.stoppingForgotten, .stopping, [], "")]
    }

    private func isToBeStopped(_ name: [UInt8]) async throws -> Bool {
        var first = 0
        while true {
            let words = ["\(first)", "\(first + Self.entries - 1)"]
            let names =
                try await store.send(RedisCommand("LRANGE", store.keys.stopping, words[0], words[1])).array ?? []
            if names.contains(where: { $0.bytes == name }) { return true }
            guard names.count == Self.entries else { return false }
            first += Self.entries
        }
    }

    /// An answer that waits for something else than to be read: what gets one is due at once, or in a worker's hands.
    private func unread(_ name: [UInt8], _ key: String) async throws -> Doubt? {
        let page = try await store.send(RedisCommand("HSCAN", key, "0", "COUNT", "\(Self.entries)")).array ?? []
        let fields = page.last?.array.map { $0[...].pairs.compactMap { $0.0.string } } ?? []
        // A sign of life moves nothing on, and that a worker took a task neither.
        guard fields.contains(where: { !$0.hasPrefix("h") && !$0.hasPrefix("s") }) else { return nil }
        var command = RedisCommand("ZSCORE", store.keys.due)
        command.append(name)
        guard let score = try await store.send(command).string.flatMap({ Double($0) }) else { return nil }
        let place = DueScore(score)
        guard !place.isLease, !place.isParked, score > Double(try await store.now().milliseconds) else { return nil }
        return doubt(.answerUnread, .family(.inbox), name, place.due?.iso8601 ?? "ever")
    }

    /// Children of a parent that are not there, or do not know of it.
    private func missing(_ name: [UInt8], _ key: String) async throws -> [Doubt] {
        var doubts: [Doubt] = []
        var cursor = "0"
        repeat {
            let page = try await store.send(RedisCommand("HSCAN", key, cursor, "COUNT", "\(Self.entries)")).array ?? []
            guard page.count == 2, let next = page[0].string, let words = page[1].array else { break }
            for (task, child) in words[...].pairs {
                guard let child = child.bytes, let task = task.string else { continue }
                let childKey = ExecutionKey(member: String(decoding: child, as: UTF8.self))
                guard childKey.map(isHere) ?? true else { continue }
                let parent = try await execution(child)?.parent
                let isOurs = parent.map { $0.key.member.utf8.elementsEqual(name) && "\($0.task)" == task } ?? false
                if !isOurs {
                    doubts.append(
                        doubt(.childMissing, .family(.children), name, String(decoding: child, as: UTF8.self))
                    )
                }
            }
            cursor = next
        } while cursor != "0"
        return doubts
    }

    /// Whether an execution is of this partition.
    private func isHere(_ key: ExecutionKey) -> Bool {
        store.keys.partitioning.partition(of: key.name) == store.keys.partition
    }

    private func execution(_ name: [UInt8]) async throws -> Execution? {
        guard let key = ExecutionKey(member: String(decoding: name, as: UTF8.self)) else { return nil }
        guard let document = try await store.documents([key]).first ?? nil else { return nil }
        // What cannot be read is a finding of its own.
        return try? ExecutionDocument.decode(document, key: key)
    }

    private func doubt(
        _ problem: AuditProblem,
        _ kind: AuditSubject.Kind,
        _ name: [UInt8],
        _ detail: String
    ) -> Doubt {
        Doubt(
            subject: AuditSubject(kind: kind, name: name),
            code: problem.rawValue,
            text: problem.text(detail)
        )
    }
}
