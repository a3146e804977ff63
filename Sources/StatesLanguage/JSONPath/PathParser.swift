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

/// Reads a path. What stands in its filters is read by the extension for conditions.
struct PathParser {
    let characters: [Character]
    var position = 0

    init(_ text: String) { characters = Array(text) }

    mutating func parse() throws(PathError) -> (Path.Root, [Path.Segment]) {
        guard take("$") else { throw PathError(reason: "must begin with '$'") }
        let root = try root()
        let segments = try segments()
        if let character = peek() { throw PathError(reason: "has an unexpected '\(character)'") }
        return (root, segments)
    }

    /// What stands behind the first `$`.
    private mutating func root() throws(PathError) -> Path.Root {
        if take("$") { return .context }
        guard let next = peek(), VariableName.begins(with: next) else { return .data }
        let start = position
        while let character = peek(), VariableName.goesOn(character) { position += 1 }
        let name = String(characters[start..<position])
        guard name != "states" else { throw PathError(reason: "refers to '$states', which is reserved") }
        return .variable(name)
    }

    private static let mostSteps = 128
    /// Each deep scan of a deep scan looks at the same places again.
    private static let mostDeepScans = 3

    /// The steps from here on.
    mutating func segments() throws(PathError) -> [Path.Segment] {
        var segments: [Path.Segment] = []
        while let character = peek(), character == "." || character == "[" {
            position += 1
            segments.append(character == "." ? try dotted() : try bracketed())
            guard segments.count <= Self.mostSteps else {
                throw PathError(reason: "has more than \(Self.mostSteps) steps")
            }
            guard segments.count(where: \.isDeep) <= Self.mostDeepScans else {
                throw PathError(reason: "has more than \(Self.mostDeepScans) deep scans")
            }
        }
        return segments
    }

    private mutating func dotted() throws(PathError) -> Path.Segment {
        guard let first = peek() else { throw PathError(reason: "must not end with '.'") }
        if take(".") {
            guard peek() != ".", peek() != nil else { throw PathError(reason: "must not end with '.'") }
            return .deep(try dotted())
        }
        if take("*") { return .wildcard }
        if take("[") { return try bracketed() }
        let start = position
        while let character = peek(), character != ".", character != "[" {
            if character == "(" { throw PathError(reason: "calls a function, which is not supported by this version") }
            if character.isWhitespace || "]){}'\"".contains(character) || isOfCondition(character) { break }
            position += 1
        }
        guard position > start else {
            throw PathError(reason: ".".contains(first) ? "has an empty name" : "has an unexpected '\(first)'")
        }
        return .key(String(characters[start..<position]))
    }

    /// How many conditions stand around this place: names end at their operators.
    var conditions = 0

    private func isOfCondition(_ character: Character) -> Bool { conditions > 0 && "=!<>&|,".contains(character) }

    private mutating func bracketed() throws(PathError) -> Path.Segment {
        skipSpace()
        switch peek() {
        case "'", "\"":
            var keys = [try quoted()]
            skipSpace()
            while take(",") {
                skipSpace()
                keys.append(try quoted())
                skipSpace()
            }
            try close()
            return keys.count == 1 ? .key(keys[0]) : .keys(keys)
        case "*":
            position += 1
            try close()
            return .wildcard
        case "?":
            position += 1
            skipSpace()
            guard take("(") else { throw PathError(reason: "has a filter without parentheses") }
            let condition = try condition()
            skipSpace()
            guard take(")") else { throw PathError(reason: "has an open parenthesis in a filter") }
            try close()
            return .filter(condition)
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
            let step = take(":") ? try integer() ?? 1 : 1
            guard step > 0 else { throw PathError(reason: "has a slice whose step is not positive") }
            try close()
            return .slice(from: first, to: second, by: step)
        }
        guard let first else { throw PathError(reason: "has empty or unknown brackets") }
        var indexes = [first]
        while take(",") {
            guard let next = try integer() else { throw PathError(reason: "has an index that is no number") }
            indexes.append(next)
            skipSpace()
        }
        try close()
        return indexes.count == 1 ? .index(first) : .indexes(indexes)
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

    /// A text in quotes, single or double.
    mutating func quoted() throws(PathError) -> String {
        guard let quote = peek(), quote == "'" || quote == "\"" else {
            throw PathError(reason: "has a name without quotes")
        }
        position += 1
        var text = ""
        while let character = peek() {
            position += 1
            if character == quote { return text }
            if character == "\\", let escaped = peek() {
                position += 1
                text.append(escaped)
            } else {
                text.append(character)
            }
        }
        throw PathError(reason: "has an open quote")
    }

    private mutating func close() throws(PathError) {
        skipSpace()
        guard take("]") else { throw PathError(reason: "has an open bracket") }
    }

    func peek() -> Character? { position < characters.count ? characters[position] : nil }

    mutating func take(_ character: Character) -> Bool {
        guard peek() == character else { return false }
        position += 1
        return true
    }

    /// Goes past a word, if it stands here.
    mutating func take(word: String) -> Bool {
        let end = position + word.count
        guard end <= characters.count, String(characters[position..<end]) == word else { return false }
        position = end
        return true
    }

    mutating func skipSpace() {
        while peek() == " " { position += 1 }
    }
}
