/// A text as the key of a dictionary or the element of a set: it is equal to what has the same code units, and comes
/// before what has greater ones.
public struct Spelling: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The text itself.
    public let text: String

    /// A text by its code units.
    @inlinable
    public init(_ text: String) { self.text = text }

    /// A text by its code units.
    @inlinable
    public init(stringLiteral text: String) { self.text = text }

    /// The text itself.
    public var description: String { text }

    /// Whether both have the same code units.
    @inlinable
    public static func == (left: Spelling, right: Spelling) -> Bool { left.text.isSpelled(like: right.text) }

    /// Whether one comes before another in the order of their UTF-8.
    public static func < (left: Spelling, right: Spelling) -> Bool { left.text < right.text }

    /// Hashes the code units.
    @inlinable
    public func hash(into hasher: inout Hasher) { text.hash(codeUnitsInto: &hasher) }
}
