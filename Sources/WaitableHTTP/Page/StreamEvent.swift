import NIOCore
import StatesLanguage

/// A server-sent event as it is written, made once for all whom it is told.
final class StreamEvent: Sendable, Equatable {
    /// What a client that comes back says that it has; `nil` where that would say nothing.
    let id: String?
    let bytes: ByteBuffer

    /// - Parameters:
    ///   - name: The event's name.
    ///   - data: What it says; its member `now` is its id.
    init(_ name: String, _ data: JSON) {
        let id = data.objectValue?["now"]?.stringValue
        self.id = id
        // JSON text has no line ends.
        bytes = ByteBuffer(string: (id.map { "id: \($0)\n" } ?? "") + "event: \(name)\ndata: \(data.text)\n\n")
    }

    static func == (one: StreamEvent, other: StreamEvent) -> Bool { one === other || one.bytes == other.bytes }
}
