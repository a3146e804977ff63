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
    let scalars: [Unicode.Scalar]
    var position: Int
    /// Whether the path is an argument of a function's call: names in it end at a comma.
    private let isArgument: Bool

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        position = 0
        isArgument = false
    }

    /// Reads an argument that stands in a call.
    init(argumentOf call: [Unicode.Scalar], at position: Int) {
        scalars = call
        self.position = position
        isArgument = true
    }

    /// Reads a whole text, which may end in blanks.
    mutating func parse() throws(PathError) -> (Path.Root, [Path.Segment]) {
        let path = try rootAndSegments()
        if let scalar = peek(), !scalars[position...].allSatisfy(\.isWhitespace) {
            throw PathError(reason: "has an unexpected '\(scalar)'")
        }
        return path
    }

    /// Reads the path that begins here.
    mutating func path() throws(PathError) -> Path {
        let start = position
        let (root, segments) = try rootAndSegments()
        return Path(text: String(scalars[start..<position]), root: root, segments: segments)
    }

    private mutating func rootAndSegments() throws(PathError) -> (Path.Root, [Path.Segment]) {
        guard take("$") else { throw PathError(reason: "must begin with '$'") }
        let root = try root()
        return (root, try segments())
    }

    /// What stands behind the first `$`.
    private mutating func root() throws(PathError) -> Path.Root {
        if take("$") { return .context }
        guard let next = peek(), VariableName.begins(with: next) else { return .data }
        let start = position
        while let scalar = peek(), VariableName.goesOn(scalar) { position += 1 }
        let name = String(scalars[start..<position])
        guard name != "states" else { throw PathError(reason: "refers to '$states', which is reserved") }
        return .variable(name)
    }

    private static let mostSteps = 128
    /// Each deep scan of a deep scan looks at the same places again.
    private static let mostDeepScans = 3

    /// The steps from here on.
    mutating func segments() throws(PathError) -> [Path.Segment] {
        var segments: [Path.Segment] = []
        while let scalar = peek(), scalar == "." || scalar == "[" {
            position += 1
            segments.append(scalar == "." ? try dotted() : try bracketed())
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
        while let scalar = peek(), scalar != ".", scalar != "[" {
            if scalar == "(" { throw PathError(reason: "calls a function, which is not supported by this version") }
            if scalar.isWhitespace || "]){}'\"".unicodeScalars.contains(scalar) || isOfCondition(scalar) { break }
            position += 1
        }
        guard position > start else {
            throw PathError(reason: first == "." ? "has an empty name" : "has an unexpected '\(first)'")
        }
        return .key(String(scalars[start..<position]))
    }

    /// How many conditions stand around this place: names end at their operators.
    var conditions = 0

    private func isOfCondition(_ scalar: Unicode.Scalar) -> Bool {
        conditions > 0 ? "=!<>&|,".unicodeScalars.contains(scalar) : isArgument && scalar == ","
    }

    private mutating func bracketed() throws(PathError) -> Path.Segment {
        skipSpace()
        switch peek() {
        case "'", "\"":
            var keys = [try quotedName()]
            skipSpace()
            while take(",") {
                skipSpace()
                keys.append(try quotedName())
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
        while let scalar = peek(), scalar.isASCII, scalar.isNumber { position += 1 }
        guard position > start else { return nil }
        guard let value = Int(String(scalars[start..<position])) else {
            throw PathError(reason: "has an index that is no number")
        }
        return value
    }

    /// A name in quotes, single or double. It ends with the quote that a comma or a bracket follows; nothing in it is
    /// escaped.
    private mutating func quotedName() throws(PathError) -> String {
        guard let quote = peek(), quote == "'" || quote == "\"" else {
            throw PathError(reason: "has a name without quotes")
        }
        position += 1
        let start = position
        while let scalar = peek() {
            position += 1
            guard scalar == quote else { continue }
            let end = position - 1
            var next = position
            while next < scalars.count, scalars[next] == " " { next += 1 }
            if next == scalars.count || scalars[next] == "]" || scalars[next] == "," {
                return String(scalars[start..<end])
            }
        }
        throw PathError(reason: "has an open quote")
    }

    private mutating func close() throws(PathError) {
        skipSpace()
        guard take("]") else { throw PathError(reason: "has an open bracket") }
    }

    func peek() -> Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == scalar else { return false }
        position += 1
        return true
    }

    /// Goes past a word, if it stands here.
    mutating func take(word: String) -> Bool {
        guard scalars[position...].starts(with: word.unicodeScalars) else { return false }
        position += word.unicodeScalars.count
        return true
    }

    mutating func skipSpace() {
        while peek() == " " { position += 1 }
    }
}
