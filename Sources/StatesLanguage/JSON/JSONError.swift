/// A text that is not JSON: what was found, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was found and what was expected, in the words that the Step Functions API uses.
    public var message: String
    /// The line, from 1.
    public var line: Int
    /// The column, from 1, in bytes.
    public var column: Int

    /// The message and the place.
    public var description: String { "\(message) at line \(line), column \(column)" }
}
