package import StatesLanguage

/// By how many ms waits were left after their ends: counts in buckets of at most 6 % width.
package struct LatenessDistribution: Sendable, Equatable {
    /// How many waits there are.
    package private(set) var count = 0
    /// The longest, in ms.
    package private(set) var longest: Int64 = 0
    private var buckets = [Int](repeating: 0, count: 64 * 16)

    /// An empty distribution.
    package init() {}

    /// Adds a wait.
    ///
    /// - Parameter milliseconds: At least 0.
    mutating func add(_ milliseconds: Int64) {
        count += 1
        longest = max(longest, milliseconds)
        buckets[Self.index(milliseconds)] += 1
    }

    /// The lateness in ms that a part of the waits did not exceed, rounded up to its bucket; 0 where there were none.
    ///
    /// - Parameter part: From 0 to 1.
    package func percentile(_ part: Double) -> Int64 {
        let rank = Int((Double(count) * part).rounded(.up))
        var passed = 0
        for (index, number) in buckets.enumerated() where number > 0 {
            passed += number
            if passed >= rank { return min(longest, Self.upperBound(index)) }
        }
        return longest
    }

    /// `{"waits","p50","p90","p99","p999","max"}`, in ms.
    package var json: JSON {
        .object([
            "waits": .integer(Int64(count)), "p50": .integer(percentile(0.5)), "p90": .integer(percentile(0.9)),
            "p99": .integer(percentile(0.99)), "p999": .integer(percentile(0.999)), "max": .integer(longest),
        ])
    }

    private static func index(_ value: Int64) -> Int {
        guard value >= 16 else { return Int(max(0, value)) }
        let shift = 63 - value.leadingZeroBitCount - 4
        return 16 * (shift + 1) + Int((value >> Int64(shift)) & 15)
    }

    private static func upperBound(_ index: Int) -> Int64 {
        guard index >= 32 else { return Int64(index) }
        let shift = Int64(index / 16 - 1)
        // Of the last bucket this is the greatest number that there is.
        return ((16 + Int64(index % 16) + 1) << shift) &- 1
    }
}
