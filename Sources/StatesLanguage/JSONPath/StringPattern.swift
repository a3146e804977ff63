/// A pattern of `StringMatches`: `*` stands for any characters, `\*` for an asterisk and `\\` for a backslash.
struct StringPattern: Sendable {
    private enum Token: Equatable {
        case any
        case scalar(Unicode.Scalar)
    }

    private let tokens: [Token]

    init(_ text: String) {
        var tokens: [Token] = []
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            switch scalar {
            case "*":
                if tokens.last != .any { tokens.append(.any) }
            case "\\":
                tokens.append(.scalar(scalars.next() ?? "\\"))
            default:
                tokens.append(.scalar(scalar))
            }
        }
        self.tokens = tokens
    }

    /// Whether the whole text matches. On a mismatch only the last `*` is given one more character, so the work is
    /// bounded by the product of both lengths.
    func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var position = 0
        var token = 0
        var retry: (token: Int, position: Int)?
        while position < scalars.count {
            if token < tokens.count, tokens[token] == .any {
                retry = (token, position)
                token += 1
            } else if token < tokens.count, tokens[token] == .scalar(scalars[position]) {
                token += 1
                position += 1
            } else if let last = retry {
                retry = (last.token, last.position + 1)
                token = last.token + 1
                position = last.position + 1
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy { $0 == .any }
    }
}
