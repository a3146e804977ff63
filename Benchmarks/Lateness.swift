import Histogram

/// From the due instants of executions to their commits, by the Redis clock.
struct Lateness {
    private var histogram = Histogram<UInt32>(numberOfSignificantValueDigits: .three)
    /// How many were early: never any.
    private(set) var early = 0

    /// - Parameter milliseconds: Closing instant less due instant.
    mutating func record(_ milliseconds: Double) {
        if milliseconds < 0 { early += 1 }
        histogram.record(UInt64(max(0, milliseconds)))
    }

    /// The lateness in ms that a part of the executions did not exceed; `percentage` 100 for the worst.
    func percentile(_ percentage: Double) -> Double { Double(histogram.valueAtPercentile(percentage)) }
}
