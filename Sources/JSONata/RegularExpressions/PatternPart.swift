/// A part of a regular expression.
indirect enum PatternPart: Sendable {
    case set(CodePointSet)
    case place(PatternPlace)
    case sequence([PatternPart])
    case alternatives([PatternPart])
    /// A group whose text is kept under a number.
    case capture(Int, PatternPart)
    /// - Parameters:
    ///   - most: `nil` for any number.
    ///   - captures: The groups in it: each turn begins without what an earlier one found.
    case repetition(PatternPart, least: Int, most: Int?, isGreedy: Bool, captures: Range<Int>)
    case lookaround(PatternPart, isAhead: Bool, isNegated: Bool)
    /// The text of a group again.
    case reference(Int)

    /// Whether it can match nothing.
    var canBeEmpty: Bool {
        switch self {
        case .set: false
        case .place, .lookaround, .reference: true
        case .sequence(let parts): parts.allSatisfy(\.canBeEmpty)
        case .alternatives(let parts): parts.contains(where: \.canBeEmpty)
        case .capture(_, let part): part.canBeEmpty
        case .repetition(let part, let least, _, _, _): least == 0 || part.canBeEmpty
        }
    }

    /// How many instructions it makes, at the most; any number above ``PatternProgram/most`` where it is more.
    var size: Int {
        let size: Int
        switch self {
        case .set, .place, .reference: size = 1
        case .sequence(let parts): size = Self.size(of: parts)
        case .alternatives(let parts): size = Self.size(of: parts) + 2 * (parts.count - 1)
        case .capture(_, let part), .lookaround(let part, _, _): size = 2 + part.size
        case .repetition(let part, let least, let most, _, let captures):
            let turn = (captures.isEmpty ? 0 : 1) + part.size
            let choice = 1 + (part.canBeEmpty ? 2 : 0)
            size = least * turn + (most.map { ($0 - least) * (choice + turn) } ?? choice + turn + 1)
        }
        return min(size, PatternProgram.most + 1)
    }

    private static func size(of parts: [PatternPart]) -> Int {
        var size = 0
        for part in parts where size <= PatternProgram.most { size += part.size }
        return size
    }

    /// What a match must begin with; `nil` where that can be anything.
    var first: CodePointSet? {
        switch self {
        case .set(let set): set
        case .capture(_, let part): part.first
        case .sequence(let parts): parts.first?.first
        case .repetition(let part, let least, _, _, _): least > 0 ? part.first : nil
        default: nil
        }
    }
}

/// What a place in a text can have.
enum PatternPlace: Sendable {
    case start
    case end
    case lineStart
    case lineEnd
    case wordBoundary
    case noWordBoundary
}
