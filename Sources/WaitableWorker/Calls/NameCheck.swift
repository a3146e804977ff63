import Foundation
import NIOCore
import Synchronization

/// Finds out whether DNS answers for a name, before a connection looks it up.
///
/// Connections look names up one after another, a queue for each event loop: one name whose server is silent would hold up all
/// others for many seconds. So names are tried beforehand, each in a thread of its own, and whoever waits for a silent one
/// waits alone.
final class NameCheck: Sendable {
    private struct State {
        /// The names that are being looked up, with those who wait for it.
        var waiting: [Spelling: [Int: CheckedContinuation<Bool, Never>]] = [:]
        /// When names were last answered.
        var answered: [Spelling: ContinuousClock.Instant] = [:]
        var next = 0
    }

    private let state = Mutex(State())
    private let lookUp: @Sendable (String) -> Void

    /// For how long a name that was answered is not tried again.
    private static let trusted: Duration = .seconds(30)
    /// Names that are remembered, and names that are looked up at once, at the most.
    private static let most = 1_024

    /// - Parameter lookUp: Looks a name up; blocks until there is an answer, or none to come.
    init(lookUp: @Sendable @escaping (String) -> Void = NameCheck.ask) { self.lookUp = lookUp }

    @Sendable
    private static func ask(_ name: String) { _ = try? SocketAddress.makeAddressResolvingHost(name, port: 0) }

    /// Whether there is an answer for a name in time, be it that there is no such name; not where the task is cancelled.
    func isAnswered(_ name: String, within limit: Duration) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.isAnswered(name) }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    private func isAnswered(_ name: String) async -> Bool {
        let number = state.withLock { state -> Int? in
            if let last = state.answered[name], last.duration(to: .now) < Self.trusted { return nil }
            state.next += 1
            return state.next
        }
        guard let number else { return true }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isFirst, isRefused) = state.withLock { state in
                    let isFirst = state.waiting[name] == nil
                    if Task.isCancelled || isFirst && state.waiting.count >= Self.most { return (false, true) }
                    state.waiting[name, default: [:]][number] = continuation
                    return (isFirst, false)
                }
                if isRefused { return continuation.resume(returning: false) }
                if isFirst { Thread.detachNewThread { self.look(for: name) } }
            }
        } onCancel: {
            state.withLock { $0.waiting[name]?.removeValue(forKey: number) }?.resume(returning: false)
        }
    }

    private func look(for name: String) {
        lookUp(name)
        let waiting = state.withLock { state in
            if state.answered.count >= Self.most { state.answered = [:] }
            state.answered[name] = .now
            return state.waiting.removeValue(forKey: Spelling(name))
        }
        for continuation in (waiting ?? [:]).values { continuation.resume(returning: true) }
    }
}
