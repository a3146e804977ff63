extension Path {
    /// Compiles a path.
    ///
    /// - Throws: ``PathError`` with the reason as the rest of a sentence.
    init(parsing text: String) throws(PathError) {
        var parser = PathParser(text)
        let (root, segments) = try parser.parse()
        self.init(text: text, root: root, segments: segments)
    }
}

/// A text that is not a path, or one that this version does not have.
struct PathError: Error, Equatable {
    var reason: String
}

private struct PathParser {
    private let characters: [Character]
    private var position = 0

    init(_ text: String) { characters = Array(text) }

    mutating func parse() throws(PathError) -> (Path.Root, [Path.Segment]) {
        guard take("$") else { throw PathError(reason: "must begin with '$'") }
        let root: Path.Root = take("$") ? .context : .data
        if let next = peek(), next != ".", next != "[" {
            throw PathError(reason: "uses a variable, and variables are not supported by this version")
        }
        var segments: [Path.Segment] = []
        while let character = peek() {
            position += 1
            switch character {
            case ".": segments.append(try dotted())
            case "[": segments.append(try bracketed())
            default: throw PathError(reason: "has an unexpected '\(character)'")
            }
            guard segments.count <= Self.mostSteps else {
                throw PathError(reason: "has more than \(Self.mostSteps) steps")
            }
        }
        if root == .context, case .key(let part) = segments.first, part == "Task" {
            throw PathError(reason: "needs '$$.\(part)', which is not supported by this version")
        }
        return (root, segments)
    }

    private static let mostSteps = 128

    private mutating func dotted() throws(PathError) -> Path.Segment {
        guard let first = peek() else { throw PathError(reason: "must not end with '.'") }
        if first == "." { throw PathError(reason: "uses a deep scan ('..'), which is not supported by this version") }
        if take("*") { return .wildcard }
        if first == "[" {
            position += 1
            return try bracketed()
        }
        let start = position
        while let character = peek(), character != ".", character != "[" {
            if character == "(" { throw PathError(reason: "calls a function, which is not supported by this version") }
            if character.isWhitespace || "]){}'\"".contains(character) {
                throw PathError(reason: "has an unexpected '\(character)'")
            }
            position += 1
        }
        guard position > start else { throw PathError(reason: "has an empty name") }
        return .key(String(characters[start..<position]))
    }

    private mutating func bracketed() throws(PathError) -> Path.Segment {
        skipSpace()
        switch peek() {
        case "'", "\"":
            let key = try quoted()
            skipSpace()
            if peek() == "," {
                throw PathError(reason: "selects several names, which is not supported by this version")
            }
            try close()
            return .key(key)
        case "*":
            position += 1
            try close()
            return .wildcard
        case "?":
            throw PathError(reason: "uses a filter ('?'), which is not supported by this version")
        default:
            return try indexOrSlice()
        }
    }

    private mutating func indexOrSlice() throws(PathError) -> Path.Segment {
        let first = try integer()
        skipSpace()
        if take(":") {
            let second = try integer()
            skipSpace()
            if peek() == ":" {
                throw PathError(reason: "uses a slice with a step, which is not supported by this version")
            }
            try close()
            return .slice(from: first, to: second)
        }
        if peek() == "," { throw PathError(reason: "selects several indexes, which is not supported by this version") }
        guard let first else { throw PathError(reason: "has empty or unknown brackets") }
        try close()
        return .index(first)
    }

    private mutating func integer() throws(PathError) -> Int? {
        skipSpace()
        let start = position
        if peek() == "-" { position += 1 }
        while let character = peek(), character.isASCII, character.isNumber { position += 1 }
        guard position > start else { return nil }
        guard let value = Int(String(characters[start..<position])) else {
            throw PathError(reason: "has an index that is no number")
        }
        return value
    }

    private mutating func quoted() throws(PathError) -> String {
        let quote = characters[position]
        position += 1
        var key = ""
        while let character = peek() {
            position += 1
            if character == quote { return key }
            if character == "\\", let escaped = peek() {
                position += 1
                key.append(escaped)
            } else {
                key.append(character)
            }
        }
        throw PathError(reason: "has an open quote")
    }

    private mutating func close() throws(PathError) {
        skipSpace()
        guard take("]") else { throw PathError(reason: "has an open bracket") }
    }

    private func peek() -> Character? { position < characters.count ? characters[position] : nil }

    private mutating func take(_ character: Character) -> Bool {
        guard peek() == character else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while peek() == " " { position += 1 }
    }
}
