/// Code points, as a class of a regular expression names them.
struct CodePointSet: Sendable {
    /// In order, and apart from each other.
    private(set) var ranges: [ClosedRange<UInt32>]
    /// Those below 128, one bit each.
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    /// Whether letters match in both cases.
    private var ignoresCase = false
    private var isNegated = false

    init(_ ranges: [ClosedRange<UInt32>]) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound &+ 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
        for value in 0..<UInt32(128) where isInRanges(value) {
            if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
        }
    }

    init(_ scalar: Unicode.Scalar) { self.init([scalar.value...scalar.value]) }

    /// The same set, in which a letter matches in both cases, or which is what is not in it.
    func with(ignoringCase ignoresCase: Bool, negated isNegated: Bool) -> CodePointSet {
        var set = self
        set.ignoresCase = ignoresCase
        set.isNegated = isNegated
        return set
    }

    /// All other code points.
    var complement: CodePointSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return CodePointSet(gaps)
    }

    func contains(_ value: UInt32) -> Bool {
        if holds(value) { return !isNegated }
        guard ignoresCase else { return isNegated }
        return CaseFolding.variants(of: value).contains(where: holds) != isNegated
    }

    private func holds(_ value: UInt32) -> Bool {
        if value < 64 { return low >> UInt64(value) & 1 == 1 }
        if value < 128 { return high >> UInt64(value - 64) & 1 == 1 }
        return isInRanges(value)
    }

    private func isInRanges(_ value: UInt32) -> Bool {
        var (start, end) = (0, ranges.count)
        while start < end {
            let middle = (start + end) / 2
            if ranges[middle].upperBound < value { start = middle + 1 } else { end = middle }
        }
        return start < ranges.count && ranges[start].contains(value)
    }

    static let all = CodePointSet([0...0x10FFFF])
    /// `\d`
    static let digit = CodePointSet([0x30...0x39])
    /// `\w`
    static let word = CodePointSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// `\s`
    static let space = CodePointSet([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
    /// The ends of a line.
    static let lineEnd = CodePointSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])
}

/// The same letter in other cases.
enum CaseFolding {
    static func variants(of value: UInt32) -> [UInt32] {
        switch value {
        case 0x41...0x5A, 0x61...0x7A: return [value ^ 0x20]
        case 0..<0x80: return []
        default:
            guard let scalar = Unicode.Scalar(value) else { return [] }
            return [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping].compactMap { text in
                let scalars = text.unicodeScalars
                guard let first = scalars.first, scalars.count == 1, first != scalar, !first.isASCII else { return nil }
                return first.value
            }
        }
    }

    /// Whether two code points are the same letter.
    static func isSame(_ one: UInt32, _ two: UInt32) -> Bool { one == two || variants(of: one).contains(two) }
}
