import NIOCore
import StatesLanguage

/// What makes an idle worker look again: a timer that ran out, a sooner due instant, or the shutdown.
///
/// One stream carries all three, so that the worker's loop waits in one place and no wake-up is lost between two looks.
struct Nudges: Sendable {
    enum Nudge: Sendable, Equatable {
        case timer
        case sooner(Instant?)
        case shutdown
    }

    private let stream: AsyncStream<Nudge>
    private let continuation: AsyncStream<Nudge>.Continuation
    private let eventLoop: any EventLoop

    init(eventLoop: any EventLoop) {
        // A burst of wake-ups says no more than its last ones: the worker claims what is due, whichever it was.
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
        self.eventLoop = eventLoop
    }

    func send(_ nudge: Nudge) { continuation.yield(nudge) }

    func makeIterator() -> AsyncStream<Nudge>.Iterator { stream.makeAsyncIterator() }

    /// Sends ``Nudge/timer`` after a pause; cancel what is returned when it is no longer wanted.
    func schedule(after pause: TimeAmount) -> Scheduled<Void> {
        eventLoop.scheduleTask(in: pause) { continuation.yield(.timer) }
    }
}

extension Instant {
    /// The new head of the `due` set, as a message on the wake channel says it.
    init?(announcement payload: [UInt8]) {
        guard let milliseconds = Double(String(decoding: payload, as: UTF8.self)) else { return nil }
        self.init(milliseconds: Int64(milliseconds))
    }
}
