/// A text that is not JSON: what was found, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was found and what was expected, in the words that the Step Functions API uses.
    public var reason: String
    /// The line, from 1.
    public var line: Int
    /// The column, from 1, in UTF-16 units; where a character is wrong, the one behind it.
    public var column: Int
    /// The bracket that the reason is about; `nil` where it is about none.
    public var opening: Opening?

    /// A bracket that was opened.
    public struct Opening: Sendable, Equatable {
        /// What it is to the reason: `start marker`.
        public var role: String
        /// The line, from 1.
        public var line: Int
        /// The column, from 1; 0 for the text's beginning.
        public var column: Int
    }

    init(message: String, line: Int, column: Int, opening: Opening? = nil) {
        reason = message
        self.line = line
        self.column = column
        self.opening = opening
    }

    /// The reason, and where the bracket is that it is about.
    public var message: String {
        guard let opening else { return reason }
        return "\(reason) (\(opening.role) at line \(opening.line), column \(opening.column))"
    }

    /// The message and the place.
    public var description: String { "\(message) at line \(line), column \(column)" }
}
