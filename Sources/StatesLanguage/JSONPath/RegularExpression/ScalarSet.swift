/// Code points, as a class of a regular expression names them.
indirect enum ScalarSet: Sendable, Equatable {
    case all
    case range(ClosedRange<UInt32>)
    case union([ScalarSet])
    case not(ScalarSet)

    /// `\d`
    static let digit = ScalarSet.range(0x30...0x39)
    /// `\w`
    static let word = ScalarSet.union([.range(0x30...0x39), .range(0x41...0x5A), .one("_"), .range(0x61...0x7A)])
    /// `\s`
    static let space = ScalarSet.union([.range(0x09...0x0D), .one(" ")])
    /// A dot: no line's end.
    static let dot = ScalarSet.not(.union([.one("\n"), .one("\r"), .one("\u{85}"), .range(0x2028...0x2029)]))

    static func one(_ scalar: Unicode.Scalar) -> ScalarSet { .range(scalar.value...scalar.value) }

    /// How many parts may have to be looked at.
    var size: Int {
        switch self {
        case .all, .range: 1
        case .union(let sets): sets.reduce(1) { $0 + $1.size }
        case .not(let set): set.size
        }
    }

    /// Whether a code point is in it.
    ///
    /// - Parameter ignoringCase: Whether the same letter of ASCII in the other case will do.
    func contains(_ scalar: Unicode.Scalar, ignoringCase: Bool) -> Bool {
        switch self {
        case .all: true
        case .range(let range):
            range.contains(scalar.value) || ignoringCase && scalar.otherCase.map(range.contains) ?? false
        case .union(let sets): sets.contains { $0.contains(scalar, ignoringCase: ignoringCase) }
        case .not(let set): !set.contains(scalar, ignoringCase: ignoringCase)
        }
    }
}

extension Unicode.Scalar {
    /// The same letter of ASCII in the other case; `nil` for anything else.
    fileprivate var otherCase: UInt32? {
        switch value {
        case 0x41...0x5A, 0x61...0x7A: value ^ 0x20
        default: nil
        }
    }
}
