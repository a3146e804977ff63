/// Splits an expression into tokens.
struct ExpressionTokenizer {
    private let bytes: [UInt8]
    private let label: String
    private var position = 0

    /// - Parameters:
    ///   - text: The expression.
    ///   - label: Its parameter's name, for errors.
    init(_ text: String, label: String) {
        bytes = Array(text.utf8)
        self.label = label
    }

    /// All tokens, `end` last.
    mutating func tokens() throws(ItemProblem) -> [ExpressionToken] {
        var tokens: [ExpressionToken] = []
        while true {
            take(Self.isSpace)
            let start = position
            let kind = try next()
            tokens.append(ExpressionToken(kind: kind, start: start, end: position))
            if kind == .end { return tokens }
        }
    }

    private mutating func next() throws(ItemProblem) -> ExpressionToken.Kind {
        guard position < bytes.count else { return .end }
        let start = position
        switch bytes[position] {
        case UInt8(ascii: "#"), UInt8(ascii: ":"):
            position += 1
            take(Self.isWord)
            guard position > start + 1 else { throw unexpected(start) }
            return bytes[start] == UInt8(ascii: "#") ? .namePlaceholder(text(start)) : .valuePlaceholder(text(start))
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            take(Self.isDigit)
            return .number(text(start))
        case UInt8(ascii: "<"), UInt8(ascii: ">"):
            let isLess = bytes[position] == UInt8(ascii: "<")
            position += 1
            if position < bytes.count,
                bytes[position] == UInt8(ascii: "=") || (isLess && bytes[position] == UInt8(ascii: ">"))
            {
                position += 1
            }
            return .symbol(text(start))
        case let byte where "()[],.=+-".utf8.contains(byte):
            position += 1
            return .symbol(text(start))
        case let byte where Self.isWord(byte):
            take(Self.isWord)
            return .name(text(start))
        default:
            throw unexpected(start)
        }
    }

    private mutating func take(_ belongs: (UInt8) -> Bool) {
        while position < bytes.count, belongs(bytes[position]) { position += 1 }
    }

    private func text(_ start: Int) -> String { String(decoding: bytes[start..<position], as: UTF8.self) }

    private func unexpected(_ start: Int) -> ItemProblem {
        var end = start + 1
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        let token = String(decoding: bytes[start..<end], as: UTF8.self)
        let near = String(decoding: bytes[max(0, start - 8)..<min(bytes.count, end + 8)], as: UTF8.self)
        return .validation(#"Invalid \#(label): Syntax error; token: "\#(token)", near: "\#(near)""#)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// Whether a byte is a letter, a digit or `_`.
    static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
    }
}
