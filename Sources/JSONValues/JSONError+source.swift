/// Errors as Jackson words them, which quotes the text that it reads. The Step Functions API hands its words on.
///
/// Source: Jackson 2.12, `JsonLocation`.
extension JSONError {
    /// The message, without the error's own place.
    ///
    /// - Parameter text: What was read.
    public func message(quoting text: String) -> String {
        guard let opening else { return reason }
        return "\(reason) (\(opening.role) at \(Self.place(opening.line, opening.column, in: text)))"
    }

    /// Where the error is: `[Source: (String)"not json"; line: 1, column: 4]`.
    ///
    /// - Parameter text: What was read.
    public func place(in text: String) -> String { Self.place(line, column, in: text) }

    /// The most UTF-16 units of the text that are quoted.
    private static let longestQuote = 500

    private static func place(_ line: Int, _ column: Int, in text: String) -> String {
        let quote = Array(text.utf16.prefix(longestQuote))
        let rest = text.utf16.count - quote.count
        let truncated = rest > 0 ? "[truncated \(rest) chars]" : ""
        let quoted = String(decoding: quote, as: UTF16.self)
        return "[Source: (String)\"\(quoted)\"\(truncated); line: \(line), column: \(column)]"
    }
}
