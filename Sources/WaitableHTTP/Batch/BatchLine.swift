import HTTPTypes
import Waitable

/// One line of a batch: a start, or what is wrong with it.
struct BatchLine: Sendable {
    /// The line's number, from 1.
    var number: Int
    /// Its length in bytes.
    var size: Int
    /// The start that it asks for.
    var start: Result<ItemStart, ItemError>

    /// The longest line, in bytes: as long as the body of a single start may be.
    static let longest = ItemRoutes.largestBody

    /// Reads a line.
    init(_ line: LineSplitter.Line) {
        switch line {
        case .whole(let number, let bytes):
            self.number = number
            size = bytes.count
            do {
                start = .success(try ItemStart(body: bytes) { UUIDv4.make() })
            } catch {
                start = .failure(ItemError(error))
            }
        case .tooLong(let number):
            self.number = number
            size = 0
            start = .failure(
                ItemError(
                    status: .contentTooLarge,
                    code: "LineTooLong",
                    message: "line: must have at most \(Self.longest) bytes"
                )
            )
        }
    }

    /// The name under which the start is not to race with another one of the same batch; `nil` for a line without one.
    var id: String? { if case .success(let start) = start { start.id } else { nil } }
}
