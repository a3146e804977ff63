import Hummingbird
import NIOCore
import StatesLanguage
import Waitable

/// The body of an operator's request: a JSON object with few members, or nothing.
struct ManagementBody: Sendable {
    private let object: JSONObject
    /// Keeps its share of the room.
    private let pending: PendingBody

    /// The largest body, in bytes: error and cause may be as long as AWS allows.
    private static let largest = 524_288

    /// Reads a request's body.
    ///
    /// - Throws: `FieldError` for what is no JSON object, or has other members.
    init(_ request: Request, _ context: ConnectionContext, in room: BodyRoom, allowing names: [String]) async throws {
        var pending = PendingBody(of: request, context, limit: Self.largest, room: room)
        let bytes: [UInt8]
        do throws(BodyError) { bytes = try await pending.bytes() } catch { throw ItemError(error) }
        self.pending = pending
        guard !bytes.isEmpty else {
            object = [:]
            return
        }
        guard let object = (try? JSON(parsing: bytes))?.objectValue else {
            throw FieldError(
                field: "body",
                rule: "must be a JSON object",
                value: String(decoding: bytes, as: UTF8.self)
            )
        }
        for (name, value) in object where !names.contains(name) {
            let rule =
                names.isEmpty ? "must not be there" : "must not be there: only \(names.joined(separator: ", ")) may"
            throw FieldError(field: name, rule: rule, value: value.text)
        }
        self.object = object
    }

    /// Any member; `nil` where it is not there.
    subscript(name: String) -> JSON? { object[name] }

    /// A text that may be there.
    ///
    /// - Parameter most: The most characters.
    func text(_ name: String, most: Int) throws(FieldError) -> String? {
        switch object[name] {
        case nil: return nil
        case .string(let text):
            let count = text.unicodeScalars.count
            guard count <= most else {
                throw FieldError(field: name, rule: "must have at most \(most) characters, has \(count)", value: text)
            }
            return text
        case let other?: throw FieldError(field: name, rule: "must be a string", value: other.text)
        }
    }

    /// An instant that must be there, and how it was written.
    func instant(_ name: String) throws(FieldError) -> (Instant, text: String) {
        guard let value = object[name] else { throw FieldError(field: name, rule: "must be given", value: nil) }
        let text = value.stringValue ?? value.text
        return (try Instant(text, field: name), text)
    }
}
