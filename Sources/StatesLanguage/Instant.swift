/// A moment, in whole milliseconds since the Unix epoch.
public struct Instant: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// A moment from Unix milliseconds. What is further than 285,000 years from 1970 counts as that, so that no difference of
    /// two moments overflows, whoever wrote them.
    public init(milliseconds: Int64) {
        self.milliseconds = max(-Self.furthest, min(milliseconds, Self.furthest))
    }

    private static let furthest: Int64 = 9_000_000_000_000_000

    /// The first millisecond of the year 0 and the last one of 9999: what ISO 8601 can say.
    public static let representable =
        Instant(milliseconds: -62_167_219_200_000)...Instant(milliseconds: 253_402_300_799_999)

    /// A moment from a number that came from outside, such as a score: a part of a millisecond is left out, and what lies
    /// beyond ``representable`` counts as its first or last moment.
    ///
    /// - Returns: `nil` for what is not a number.
    public init?(clamping milliseconds: Double) {
        guard !milliseconds.isNaN else { return nil }
        let bounds = Self.representable
        if milliseconds <= Double(bounds.lowerBound.milliseconds) {
            self = bounds.lowerBound
        } else if milliseconds >= Double(bounds.upperBound.milliseconds) {
            self = bounds.upperBound
        } else {
            self.init(milliseconds: Int64(milliseconds.rounded(.down)))
        }
    }

    /// Whether one moment is before another.
    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    /// A moment some milliseconds later.
    public func adding(milliseconds: Int64) -> Instant {
        let (sum, overflow) = self.milliseconds.addingReportingOverflow(milliseconds)
        return Instant(milliseconds: overflow ? (milliseconds < 0 ? .min : .max) : sum)
    }

    /// A moment some seconds later; a part of a millisecond counts as a whole one, so that it is not early.
    ///
    /// - Parameter seconds: A number; what is beyond 285,000 years counts as that.
    public func adding(seconds: Double) -> Instant {
        let milliseconds = (seconds * 1_000).rounded(.up)
        return adding(milliseconds: Int64(max(-9e15, min(milliseconds, 9e15))))
    }

    /// Seconds since the epoch with a fraction, as the Step Functions API writes instants.
    public var epochSeconds: JSON { .double(Double(milliseconds) / 1_000) }
}
