/// Reads a call of an intrinsic function, with the calls in its arguments.
struct IntrinsicParser {
    private let text: String
    private let scalars: [Unicode.Scalar]
    private var position = 0

    /// How deep calls may stand in each other.
    private static let deepest = 10

    init(_ text: String) {
        self.text = text
        scalars = Array(text.unicodeScalars)
    }

    /// - Throws: ``PathError`` with the reason as the rest of a sentence.
    mutating func parse() throws(PathError) -> IntrinsicCall {
        let call = try call(depth: 1)
        skipSpace()
        guard position == scalars.count else {
            throw PathError(reason: "has an unexpected '\(scalars[position])' after the call")
        }
        return call
    }

    private mutating func call(depth: Int) throws(PathError) -> IntrinsicCall {
        guard depth <= Self.deepest else { throw PathError(reason: "has calls more than \(Self.deepest) deep") }
        let start = position
        while let scalar = peek(), scalar.isLetter || scalar.isNumber || scalar == "." { position += 1 }
        let name = String(scalars[start..<position])
        guard let function = IntrinsicFunction.all[name] else {
            throw PathError(reason: "calls '\(name)', which is no intrinsic function")
        }
        skipSpace()
        guard take("(") else { throw PathError(reason: "must have its arguments in parentheses") }
        var arguments: [IntrinsicCall.Argument] = []
        skipSpace()
        if !take(")") {
            repeat {
                skipSpace()
                let isTemplate = name == "States.Format" && arguments.isEmpty
                arguments.append(try argument(isTemplate: isTemplate, depth: depth))
                skipSpace()
            } while take(",")
            guard take(")") else { throw PathError(reason: "has an open parenthesis") }
        }
        guard function.arity.contains(arguments.count) else {
            throw PathError(reason: "calls '\(name)' with \(arguments.count) arguments")
        }
        return IntrinsicCall(
            text: String(scalars[start..<position]),
            function: function,
            arguments: arguments,
            position: start
        )
    }

    private mutating func argument(isTemplate: Bool, depth: Int) throws(PathError) -> IntrinsicCall.Argument {
        switch peek() {
        case "'":
            let raw = try quoted()
            return isTemplate ? .pieces(IntrinsicFunction.pieces(of: raw)) : .constant(.string(Self.plain(raw)))
        case "$": return .path(try path())
        case "S": return .call(try call(depth: depth + 1))
        default: return .constant(try literal())
        }
    }

    /// The text between quotes, with its backslashes, which may stand before these characters only: `'{}\`.
    private mutating func quoted() throws(PathError) -> String {
        position += 1
        let start = position
        while let scalar = peek(), scalar != "'" {
            position += 1
            guard scalar == "\\", let escaped = peek() else { continue }
            guard Self.escapable.contains(escaped) else {
                throw PathError(reason: "has a backslash before '\(escaped)': only ', {, } and \\ can be escaped")
            }
            position += 1
        }
        guard peek() == "'" else { throw PathError(reason: "has an open quote") }
        defer { position += 1 }
        return String(scalars[start..<position])
    }

    /// What a backslash takes its meaning.
    private static let escapable = "'{}\\".unicodeScalars

    /// A text without the backslashes that escape what is behind them.
    private static func plain(_ raw: String) -> String {
        var text = String.UnicodeScalarView()
        var scalars = raw.unicodeScalars[...]
        while let scalar = scalars.popFirst() { text.append(scalar == "\\" ? scalars.popFirst() ?? scalar : scalar) }
        return String(text)
    }

    private mutating func path() throws(PathError) -> Path {
        var parser = PathParser(argumentOf: scalars, at: position)
        defer { position = parser.position }
        return try parser.path()
    }

    /// A number, `true`, `false` or `null`.
    private mutating func literal() throws(PathError) -> JSON {
        let start = position
        while let scalar = peek(), scalar != ",", scalar != ")", !scalar.isWhitespace { position += 1 }
        let word = String(scalars[start..<position])
        guard let value = try? JSON(parsing: word), value.stringValue == nil, value.objectValue == nil,
            value.arrayValue == nil
        else { throw PathError(reason: "has an argument that is no value: '\(word)'") }
        return value
    }

    private func peek() -> Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == scalar else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let scalar = peek(), scalar.isWhitespace { position += 1 }
    }
}
