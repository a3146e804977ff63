import Hummingbird
import NIOCore
import ServiceLifecycle
import StatesLanguage

/// One client's stream of events, until it goes or the process stops.
///
/// Each event has the whole state of its area, so a client that comes back has missed nothing that still matters.
struct EventStream: Sendable {
    let areas: [EventArea]
    /// The id of the last event that the client has; the same one is not sent again.
    let lastID: String?
    /// Makes an error into what a client is told.
    let told: @Sendable (any Error) -> ItemError
    /// Whether the client may still see it: tokens are taken back while streams are open.
    let isAllowed: @Sendable () -> Bool
    /// Held while the stream is open.
    let place: EventPlaces.Place

    private static let tick = Duration.seconds(1)
    /// After how long without a reply Redis counts as gone.
    private static let patience = Duration.seconds(2)

    private struct Told {
        var next = ContinuousClock.now
        var event: StreamEvent?
    }

    /// Writes the events.
    func run(_ writer: inout any ResponseBodyWriter) async throws {
        // A client that comes back is told when to.
        try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
        var states = areas.map { _ in Told() }
        var number = 0
        repeat {
            var isSilent = true
            for (index, area) in areas.enumerated() where states[index].next <= .now {
                states[index].next = .now + area.interval - .milliseconds(50)
                let event: StreamEvent
                do {
                    event = try await Self.state(of: area)
                } catch is CancellationError {
                    break
                } catch {
                    event = StreamEvent("trouble", .object(told(error).body))
                }
                if area.isQuiet, states[index].event == event { continue }
                states[index].event = event
                number += 1
                if number <= areas.count, let id = event.id, id == lastID { continue }
                isSilent = false
                try await writer.write(event.bytes)
            }
            // What nobody reads any more is found by writing.
            if isSilent { try await writer.write(ByteBuffer(string: ":\n\n")) }
        } while await Self.rest() && isAllowed()
        try await writer.finish(nil)
    }

    /// Reads an area, for as long as whoever watches should not be left without a word.
    private static func state(of area: EventArea) async throws -> StreamEvent {
        try await withThrowingTaskGroup(of: StreamEvent.self) { group in
            group.addTask { try await area.read() }
            group.addTask {
                try await Task.sleep(for: patience)
                throw ItemError.redisUnavailable
            }
            defer { group.cancelAll() }
            for try await event in group { return event }
            throw CancellationError()
        }
    }

    /// Waits for the next round; `false` where there is none.
    private static func rest() async -> Bool {
        do {
            try await cancelWhenGracefulShutdown { try await Task.sleep(for: tick) }
            return true
        } catch {
            return false
        }
    }
}
