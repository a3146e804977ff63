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
