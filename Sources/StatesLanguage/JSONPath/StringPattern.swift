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

    /// Whether the whole text matches. On a mismatch only the last `*` is given one more character.
    ///
    /// - Parameter work: What it costs, which can be the product of both lengths. Where that is used up, the answer is not
    ///   to be used.
    func matches(_ text: String, _ work: WorkBudget) -> Bool {
        guard work.spend(bytes: 4 * text.utf8.count) else { return false }
        let scalars = Array(text.unicodeScalars)
        var position = 0
        var token = 0
        var retry: (token: Int, position: Int)?
        var comparisons = 0
        while position < scalars.count {
            comparisons += 1
            if comparisons.isMultiple(of: 64), !work.spend(8) { return false }
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
