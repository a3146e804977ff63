import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

/// Reads a page of an execution's history: its journal, replayed. Only the page's events are made and held.
struct ExecutionHistory: Sendable {
    let ingest: Ingest
    let execution: Execution
    /// Called between its steps.
    let pause: Replays.Pause

    /// About how many bytes the events of a page have together: a page of large ones has fewer.
    private static let bytesOfPage = 4_194_304

    /// A page, and where the next one goes on.
    ///
    /// - Parameters:
    ///   - limit: How many events it has at the most.
    ///   - token: Where it goes on: behind this event, or in reverse order with it. `nil` for the first page.
    func page(
        _ limit: Int,
        from token: Int?,
        isReversed: Bool,
        includesData: Bool
    ) async throws -> (events: [HistoryEvent], next: Int?) {
        let machine = try await ingest.machines.machine(execution.key.machine, hash: execution.revision)
        let secret = try await ingest.identity.secret()
        let runner = ExecutionRunner(machine: machine, arn: ingest.arn, secret: secret)
        guard isReversed else {
            let first = (token ?? 0) + 1
            let replay = try await replay(runner, first..<first + limit, keepsLast: false, includesData)
            return (replay.events, replay.hasLaterEvents ? replay.events.last?.id : nil)
        }
        var last = token
        if last == nil { last = try await replay(runner, 1..<1, keepsLast: false, includesData).lastEventID }
        let end = (last ?? 0) + 1
        let events = try await replay(runner, max(1, end - limit)..<end, keepsLast: true, includesData).events
        let next = events.first.map { $0.id - 1 } ?? 0
        return (events.reversed(), next > 0 ? next : nil)
    }

    private func replay(
        _ runner: ExecutionRunner,
        _ ids: Range<Int>,
        keepsLast: Bool,
        _ includesData: Bool
    ) async throws -> HistoryReplay {
        let window = EventPage.Window(
            ids: ids,
            mostBytes: Self.bytesOfPage,
            keepsLast: keepsLast,
            includesData: includesData
        )
        let begun = HistoryReplay(of: execution, runner: runner, window)
        var replay = begun
        let isWhole = try await ingest.store(of: execution.key).readJournal(of: execution) { entry in
            try replay.take(entry)
            return !replay.isDone
        } pause: {
            try await pause()
        }
        if !isWhole { replay = begun }
        if !replay.isDone { replay.finish() }
        return replay
    }
}
