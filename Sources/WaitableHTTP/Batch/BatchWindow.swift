import NIOCore
import Synchronization

/// What one batch has in memory: lines that were read and not started, groups of them that are being started, and
/// answers that were not written yet. Each of the three is bounded, so a reader of lines that gets ahead waits.
///
/// Groups are answered in the order of their lines, whichever is started first. Of two lines with one Id, the later one
/// is started only when the earlier one has its answer, so the outcome is that of one start after the other.
final class BatchWindow: Sendable {
    /// Lines that are started by one call.
    struct Group: Sendable {
        fileprivate var number: Int
        var lines: [BatchLine]
    }

    /// The bounds.
    struct Limits: Sendable {
        /// Lines in a group; as many may wait to be started.
        var lines = 500
        /// Bytes of the lines in a group.
        var bytes = 262_144
        /// Bytes of answers beyond which no more lines are read.
        var answers: Int
    }

    private struct State {
        var waiting: [BatchLine] = []
        var waitingBytes = 0
        /// Groups handed out so far, and how many of them are in `ready` or written.
        var groups = 0
        var answeredGroups = 0
        var idsUnderWay: Set<Spelling> = []
        /// Answers of groups before which another one has none yet.
        var early: [Int: ByteBuffer] = [:]
        var ready = ByteBuffer()
        var isComplete = false
        var isAbandoned = false

        var reader: CheckedContinuation<Bool, Never>?
        var starters: [CheckedContinuation<Group?, Never>] = []
        var writer: CheckedContinuation<ByteBuffer?, Never>?
    }

    private let limits: Limits
    private let state = Mutex(State())

    init(limits: Limits) { self.limits = limits }

    /// Adds lines, and waits while there is no room for more.
    ///
    /// - Returns: Whether more lines are wanted.
    func add(_ lines: [BatchLine]) async -> Bool {
        await withCheckedContinuation { reader in
            update { state in
                state.waiting += lines
                state.waitingBytes += lines.reduce(0) { $0 + $1.size }
                state.reader = reader
            }
        }
    }

    /// Says that no more lines come.
    func complete() { update { $0.isComplete = true } }

    /// Lets go of everything: lines that are not under way are not started any more.
    func abandon() { update { $0.isAbandoned = true } }

    /// The next lines to start, as soon as there are some; `nil` when there will be none.
    func group() async -> Group? {
        await withCheckedContinuation { starter in update { $0.starters.append(starter) } }
    }

    /// Answers a group.
    func answer(_ group: Group, with answers: ByteBuffer) {
        update { state in
            for case let id? in group.lines.lazy.map(\.id) { state.idsUnderWay.remove(id) }
            state.early[group.number] = answers
            while var next = state.early.removeValue(forKey: state.answeredGroups) {
                state.ready.writeBuffer(&next)
                state.answeredGroups += 1
            }
        }
    }

    /// Answers to write, as soon as there are some; `nil` when all are written, or given up.
    func answers() async -> ByteBuffer? {
        await withCheckedContinuation { writer in update { $0.writer = writer } }
    }

    /// Changes the state, and lets go on whoever can after it.
    private func update(_ change: (inout State) -> Void) {
        let ready = state.withLock { state in
            change(&state)
            return wakeUps(&state)
        }
        for wake in ready { wake() }
    }

    private func wakeUps(_ state: inout State) -> [@Sendable () -> Void] {
        var wakeUps: [@Sendable () -> Void] = []
        while !state.starters.isEmpty {
            let group = state.isAbandoned ? nil : nextGroup(&state)
            let isOver = state.isAbandoned || state.isComplete && state.waiting.isEmpty
            guard group != nil || isOver else { break }
            let starter = state.starters.removeFirst()
            wakeUps.append { starter.resume(returning: group) }
        }
        if let writer = state.writer {
            let isOver =
                state.isAbandoned
                || state.isComplete && state.waiting.isEmpty && state.answeredGroups == state.groups
            if state.ready.readableBytes > 0, !state.isAbandoned {
                let answers = state.ready
                state.ready = ByteBuffer()
                state.writer = nil
                wakeUps.append { writer.resume(returning: answers) }
            } else if isOver {
                state.writer = nil
                wakeUps.append { writer.resume(returning: nil) }
            }
        }
        // Last, as groups and answers that were taken have made room.
        if let reader = state.reader, state.isAbandoned || hasRoom(state) {
            state.reader = nil
            let goesOn = !state.isAbandoned
            wakeUps.append { reader.resume(returning: goesOn) }
        }
        return wakeUps
    }

    private func hasRoom(_ state: State) -> Bool {
        state.waiting.count < limits.lines && state.waitingBytes < limits.bytes
            && state.ready.readableBytes < limits.answers
    }

    /// The lines at the front, up to the bounds of a group or to an Id that is under way.
    private func nextGroup(_ state: inout State) -> Group? {
        var count = 0
        var bytes = 0
        for line in state.waiting.prefix(limits.lines) {
            if let id = line.id, state.idsUnderWay.contains(id) { break }
            if count > 0, bytes + line.size > limits.bytes { break }
            count += 1
            bytes += line.size
        }
        guard count > 0 else { return nil }
        let group = Group(number: state.groups, lines: Array(state.waiting.prefix(count)))
        for case let id? in group.lines.lazy.map(\.id) { state.idsUnderWay.insert(id) }
        state.waiting.removeFirst(count)
        state.waitingBytes -= bytes
        state.groups += 1
        return group
    }
}
