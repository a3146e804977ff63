/// The id of an entry of a Redis stream: milliseconds of its clock, and a number within these.
package struct StreamID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var milliseconds: UInt64
    package var number: UInt64

    /// Before every entry.
    package static let beginning = StreamID(milliseconds: 0, number: 0)

    /// An id from its parts.
    package init(milliseconds: UInt64, number: UInt64) {
        self.milliseconds = milliseconds
        self.number = number
    }

    /// Reads an id, `1764242400000-0`; `nil` where the text is none.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = UInt64(parts[0]), let number = UInt64(parts[1]) else { return nil }
        self.init(milliseconds: milliseconds, number: number)
    }

    package var description: String { "\(milliseconds)-\(number)" }

    package static func < (one: StreamID, other: StreamID) -> Bool {
        (one.milliseconds, one.number) < (other.milliseconds, other.number)
    }
}
