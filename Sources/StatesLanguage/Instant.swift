/// A moment, in whole milliseconds since the Unix epoch.
public struct Instant: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var milliseconds: Int64

    /// A moment from Unix milliseconds.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Whether one moment is before another.
    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    /// A moment some milliseconds later.
    public func adding(milliseconds: Int64) -> Instant {
        let (sum, overflow) = self.milliseconds.addingReportingOverflow(milliseconds)
        return Instant(milliseconds: overflow ? .max : sum)
    }

    /// A moment some seconds later; a part of a millisecond counts as a whole one, so that it is not early.
    public func adding(seconds: Double) -> Instant {
        let milliseconds = (seconds * 1_000).rounded(.up)
        return adding(milliseconds: milliseconds >= 9e15 ? 9_000_000_000_000_000 : Int64(milliseconds))
    }

    /// Seconds since the epoch with a fraction, as the Step Functions API writes instants.
    public var epochSeconds: JSON { .double(Double(milliseconds) / 1_000) }
}
