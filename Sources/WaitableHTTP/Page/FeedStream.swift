import Hummingbird
import NIOCore
import ServiceLifecycle
import StatesLanguage
import WaitableOperations

/// One client's stream of the change feed, until it goes or the process stops.
struct FeedStream: Sendable {
    let reader: FeedReader
    let reading: FeedReading
    let filter: FeedFilter
    /// Makes an error into what a client is told.
    let told: @Sendable (any Error) -> ItemError
    /// Whether the client may still see it: tokens are taken back while streams are open.
    let isAllowed: @Sendable () -> Bool
    /// Held while the stream is open.
    let place: EventPlaces.Place

    /// The pause where nothing is left to read.
    private static let pause = Duration.milliseconds(200)
    /// After how many of these a client without news hears that the stream is alive.
    private static let silence = 5

    /// Writes the events.
    func run(_ writer: inout any ResponseBodyWriter) async throws {
        try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
        var reader = reader
        var silent = 0
        var isChecked = false
        while isAllowed() {
            var text = ""
            var isIdle = true
            do {
                if !isChecked, try await reading.mayHaveMissed(&reader) {
                    text += "event: gap\ndata: {}\n\n"
                }
                let events = try await reading.next(&reader)
                isIdle = events.isEmpty
                // Whoever reads more slowly than events come may fall behind what is kept.
                isChecked = isIdle
                for event in events where filter.allows(event) {
                    text += "id: \(event.id)\nevent: \(event.kind.rawValue)\ndata: \(event.json.text)\n\n"
                }
            } catch {
                if Task.isCancelled { break }
                text = "event: trouble\ndata: \(JSON.object(told(error).body).text)\n\n"
            }
            silent = text.isEmpty ? silent + 1 : 0
            // What nobody reads any more is found by writing.
            if silent == Self.silence {
                text = ":\n\n"
                silent = 0
            }
            if !text.isEmpty { try await writer.write(ByteBuffer(string: text)) }
            guard await Self.rest(isIdle ? Self.pause : .zero) else { break }
        }
        try await writer.finish(nil)
    }

    /// Waits for the next round; `false` where there is none.
    private static func rest(_ pause: Duration) async -> Bool {
        do {
            try await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
            return true
        } catch {
            return false
        }
    }
}
