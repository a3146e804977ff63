import NIOCore
import StatesLanguage
import Synchronization

/// What makes an idle worker look again: a timer that ran out, a sooner due instant, or the shutdown.
///
/// What was said is a small state, and a signal says that there is something new: a flood of announcements comes to one, and
/// pushes nothing else out.
final class Nudges: Sendable {
    /// What was said since it was asked for last.
    struct News: Sendable, Equatable {
        /// The soonest instant that was announced.
        var soonest: Instant?
        /// Whether something may have been missed.
        var isLook = false
    }

    private let news = Mutex(News())
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let eventLoop: any EventLoop

    init(eventLoop: any EventLoop) {
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.eventLoop = eventLoop
    }

    /// Something is due at an instant.
    func announce(_ instant: Instant) {
        news.withLock { $0.soonest = min($0.soonest ?? instant, instant) }
        signal.yield()
    }

    /// Something may have been missed.
    func look() {
        news.withLock { $0.isLook = true }
        signal.yield()
    }

    /// Whoever waits has to see for himself: the time has come, or the shutdown.
    func wake() { signal.yield() }

    /// Wakes after a pause; cancel what is returned when it is no longer wanted.
    func schedule(after pause: TimeAmount) -> Scheduled<Void> {
        eventLoop.scheduleTask(in: pause) { self.wake() }
    }

    /// Waits for a signal, or the task's cancellation.
    ///
    /// - Returns: What was said since the last time; a signal can come without.
    func next() async -> News {
        var iterator = signals.makeAsyncIterator()
        await iterator.next()
        return take()
    }

    /// What was said since the last time, which is then forgotten.
    @discardableResult
    func take() -> News {
        news.withLock { news in
            defer { news = News() }
            return news
        }
    }
}

extension Instant {
    /// The instant that a message on a wake channel announces; `nil` where it announces none.
    init?(announcement payload: [UInt8]) {
        guard let milliseconds = Double(String(decoding: payload, as: UTF8.self)) else { return nil }
        self.init(clamping: milliseconds)
    }
}
