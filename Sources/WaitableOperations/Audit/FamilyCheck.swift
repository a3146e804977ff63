import Algorithms
import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// Whether parents, children and inboxes agree, within a partition and between two.
///
/// Between two, things are read in such an order that what is still under way when the first is read has arrived when the last
/// is: the channel is looked at in between, and where it holds anything, nothing can be said. A channel that stands still is
/// found by ``ChannelCheck``.
struct FamilyCheck {
    let store: RedisStore
    /// All partitions, in order.
    let stores: [RedisStore]

    /// How many entries of a hash are read at once.
    private static let entries = 100

    // MARK: A child

    /// Whether a child and the task that waits for its end agree.
    ///
    /// - Parameter execution: One with a parent.
    func doubt(about execution: Execution) async throws -> Doubt? {
        guard let parent = execution.parent, let home = partition(parent.partition) else { return nil }
        let isApart = home.keys.partition != store.keys.partition
        let name = Array(execution.key.member.utf8)
        if !execution.status.isOpen, isApart, try await isUnderWay(from: store, to: home) { return nil }
        let children = home.keys.key(.children, named: parent.key.member)
        let entry = try await home.send(RedisCommand("HGET", children, "\(parent.task)")).bytes
        let isKnown = entry == place(of: name, for: home)
        let subject = AuditSubject(kind: .execution, name: name)
        if !execution.status.isOpen { return isKnown ? subject.doubt(.endNotTold, parent.key.member) : nil }
        // One that was redriven may go on by itself, after its parent has read how it ended.
        guard !isKnown, execution.redriveCount == 0, execution.messages.redrivenAt == nil else { return nil }
        if isApart {
            if try await isToBeStopped(name, by: home) { return nil }
            if try await isUnderWay(from: home, to: store) { return nil }
        }
        guard try await !isToBeStopped(name, by: store) else { return nil }
        return subject.doubt(.parentUnaware, parent.key.member)
    }

    /// Whether an execution of this partition is on a partition's list of those that are to be stopped.
    private func isToBeStopped(_ name: [UInt8], by home: RedisStore) async throws -> Bool {
        let isApart = home.keys.partition != store.keys.partition
        // Of another partition, the task and its execution follow.
        let sought = place(of: name, for: home) + (isApart ? [UInt8(ascii: "\n")] : [])
        var first = 0
        while true {
            let words = ["\(first)", "\(first + Self.entries - 1)"]
            let names =
                try await home.send(RedisCommand("LRANGE", home.keys.stopping, words[0], words[1])).array ?? []
            let isListed = names.contains { name in
                isApart ? name.bytes?.starts(with: sought) == true : name.bytes == sought
            }
            if isListed { return true }
            guard names.count == Self.entries else { return false }
            first += Self.entries
        }
    }

    /// Executions that are to be stopped, and that no claim is told of.
    func forgotten() async throws -> [Doubt] {
        let left = try await store.send(RedisCommand("LLEN", store.keys.stopping)).integer ?? 0
        guard left > 0 else { return [] }
        let told = try await store.send(RedisCommand("HEXISTS", store.keys.paused, Keys.stoppingField)).integer
        return told == 1 ? [] : [AuditSubject(kind: .stopping, name: []).doubt(.stoppingForgotten)]
    }

    // MARK: A parent

    /// What is wrong with keys of a family.
    func doubts(of family: Keys.Family, _ names: [[UInt8]]) async throws -> [Doubt] {
        var doubts: [Doubt] = []
        for part in names.chunks(ofCount: Self.entries) {
            let keys = part.map { store.keys.key(family, named: String(decoding: $0, as: UTF8.self)) }
            // The keys first: what they are of may close and take them along.
            let known = try await send(keys.map { RedisCommand("EXISTS", $0) })
            let present = zip(zip(part, keys), known).filter { $1 == .integer(1) }.map(\.0)
            let executions = try await executions(present.map(\.0), in: store)
            for ((name, key), execution) in zip(present, executions) {
                let isOpen = execution?.status.isOpen ?? false
                let subject = AuditSubject(kind: .family(family), name: name)
                switch family {
                case .inbox where !isOpen: doubts.append(subject.doubt(.inboxWithoutExecution))
                case .inbox: if let unread = try await unread(subject, key) { doubts.append(unread) }
                case .children where !isOpen: doubts.append(subject.doubt(.childrenWithoutParent))
                case .children: doubts += try await missing(subject, key)
                case .history, .item: break
                }
            }
        }
        return doubts
    }

    /// An answer that waits for something else than to be read: what gets one is due at once, or in a worker's hands.
    private func unread(_ subject: AuditSubject, _ key: String) async throws -> Doubt? {
        let page = try await store.send(RedisCommand("HSCAN", key, "0", "COUNT", "\(Self.entries)")).array ?? []
        let fields = page.last?.array.map { $0[...].pairs.compactMap { $0.0.string } } ?? []
        // A sign of life moves nothing on, and that a worker took a task neither.
        guard fields.contains(where: { !$0.hasPrefix("h") && !$0.hasPrefix("s") }) else { return nil }
        var command = RedisCommand("ZSCORE", store.keys.due)
        command.append(subject.name)
        guard let score = try await store.send(command).string.flatMap({ Double($0) }) else { return nil }
        let place = DueScore(score)
        guard !place.isLease, !place.isParked, score > Double(try await store.now().milliseconds) else { return nil }
        return subject.doubt(.answerUnread, place.due?.iso8601 ?? "ever")
    }

    /// Children of a parent that are not there, or do not know of it, or whose end it was told and has lost.
    private func missing(_ subject: AuditSubject, _ key: String) async throws -> [Doubt] {
        var doubts: [Doubt] = []
        var cursor = "0"
        repeat {
            let page = try await store.send(RedisCommand("HSCAN", key, cursor, "COUNT", "\(Self.entries)")).array ?? []
            guard page.count == 2, let next = page[0].string, let words = page[1].array else { break }
            let entries = words[...].pairs.compactMap { task, entry in
                entry.bytes.flatMap { ChildEntry(task: task.string ?? "", $0) }
            }
            for (number, group) in Dictionary(grouping: entries, by: \.partition) {
                guard let home = partition(number) else { continue }
                for part in group.chunks(ofCount: Self.entries) {
                    doubts += try await strangers(of: subject, Array(part), in: home)
                }
            }
            cursor = next
        } while cursor != "0"
        return doubts
    }

    /// Those of the entries that are no children, of a partition.
    private func strangers(
        of subject: AuditSubject,
        _ entries: [ChildEntry],
        in home: RedisStore
    ) async throws -> [Doubt] {
        let isApart = home.keys.partition != store.keys.partition
        if isApart {
            // The start, a failure of it, or the end may be under way.
            if try await isUnderWay(from: store, to: home) { return [] }
            if try await isUnderWay(from: home, to: store) { return [] }
        }
        var doubts: [Doubt] = []
        let children = try await executions(entries.map(\.name), in: home)
        let inbox = store.keys.key(.inbox, named: String(decoding: subject.name, as: UTF8.self))
        for (entry, child) in zip(entries, children) {
            let parent = child?.parent
            let isOurs = parent.map { $0.key.member.utf8.elementsEqual(subject.name) && "\($0.task)" == entry.task }
            let text = String(decoding: entry.name, as: UTF8.self)
            if isOurs != true {
                doubts.append(subject.doubt(.childMissing, text))
            } else if entry.isTold, try await store.send(RedisCommand("HEXISTS", inbox, entry.task)).integer == 0 {
                doubts.append(subject.doubt(.endLost, text))
            }
        }
        return doubts
    }

    // MARK: An end that was told

    /// What is wrong with executions whose end a task of another partition was told, and has not read: it has to know of them.
    func doubts(ofUnread names: [[UInt8]]) async throws -> [Doubt] {
        var doubts: [Doubt] = []
        for name in names {
            var command = RedisCommand("HGET", store.keys.unread)
            command.append(name)
            // `7:{5}machine:id`
            guard let told = try await store.send(command).bytes,
                let colon = told.firstIndex(of: UInt8(ascii: ":")),
                let parent = ChildEntry(
                    task: String(decoding: told[..<colon], as: UTF8.self),
                    Array(told[(colon + 1)...])
                ),
                let number = parent.partition, let home = partition(number),
                try await !isUnderWay(from: store, to: home)
            else { continue }
            let parentName = String(decoding: parent.name, as: UTF8.self)
            let children = home.keys.key(.children, named: parentName)
            let entry = try await home.send(RedisCommand("HGET", children, parent.task)).bytes
            let known = entry.flatMap { ChildEntry(task: parent.task, $0) }
            let isKnown = known?.partition == store.keys.partition && known?.name == name
            guard !isKnown, try await !isUnderWay(from: home, to: store) else { continue }
            doubts.append(AuditSubject(kind: .unread, name: name).doubt(.unreadForgotten, parentName))
        }
        return doubts
    }

    // MARK: Partitions

    /// A partition by its number; this one for none, `nil` for one that there is not.
    private func partition(_ number: Int?) -> RedisStore? {
        guard let number else { return store }
        return stores.indices.contains(number) ? stores[number] : nil
    }

    /// Where an execution of this partition lies, as a partition says it.
    private func place(of name: [UInt8], for home: RedisStore) -> [UInt8] {
        home.keys.partition == store.keys.partition ? name : Array("{\(store.keys.partition)}".utf8) + name
    }

    private func isUnderWay(from sender: RedisStore, to receiver: RedisStore) async throws(StoreError) -> Bool {
        let outbox = sender.keys.outbox(receiver.keys.partition)
        return try await sender.send(RedisCommand("EXISTS", outbox)).integer == 1
    }

    /// Executions by their names; `nil` for those that are not there or cannot be read, which is a finding of its own.
    private func executions(_ names: [[UInt8]], in home: RedisStore) async throws -> [Execution?] {
        guard !names.isEmpty else { return [] }
        var command = RedisCommand(name: "HMGET", capacity: names.count + 1)
        command.append(home.keys.executions)
        for name in names { command.append(name) }
        let documents = try await home.send(command).array ?? []
        return zip(names, documents).map { name, document in
            guard let document = document.bytes, let key = ExecutionKey(member: String(decoding: name, as: UTF8.self))
            else { return nil }
            return try? ExecutionDocument.decode(document, key: key)
        }
    }

    private func send(_ commands: [RedisCommand]) async throws(StoreError) -> [RedisValue] {
        do throws(RedisError) {
            return try await store.client.send(commands)
        } catch {
            throw RedisStore.storeError(error)
        }
    }
}

/// What a parent has noted of a child: `machine:id`, `{5}machine:id` in another partition, `!{5}machine:id` once its end was
/// told.
private struct ChildEntry {
    var task: String
    var partition: Int?
    var name: [UInt8]
    var isTold = false

    init?(task: String, _ entry: [UInt8]) {
        // A job that an adapter follows is no execution.
        guard entry.first != UInt8(ascii: "&") else { return nil }
        self.task = task
        isTold = entry.first == UInt8(ascii: "!")
        let place = isTold ? entry[1...] : entry[...]
        guard place.first == UInt8(ascii: "{") else {
            name = Array(place)
            return
        }
        guard let end = place.firstIndex(of: UInt8(ascii: "}")),
            let number = Int(String(decoding: place[(place.startIndex + 1)..<end], as: UTF8.self))
        else { return nil }
        partition = number
        name = Array(place[(end + 1)...])
    }
}
