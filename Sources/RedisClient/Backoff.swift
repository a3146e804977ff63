/// Growing, jittered pauses between tries to connect: full jitter, so that many clients do not come back at once.
struct Backoff {
    private let range: ClosedRange<Duration>
    private var longest: Duration

    init(_ range: ClosedRange<Duration>) {
        // A pause of nothing would never grow.
        let first = max(range.lowerBound, .milliseconds(1))
        self.range = first...max(range.upperBound, first)
        longest = first
    }

    mutating func next() -> Duration {
        defer { longest = min(longest * 2, range.upperBound) }
        return longest * Double.random(in: 0.1...1)
    }

    /// Begins anew after a connection that lasted. One that breaks at once, again and again, is no reason to hurry.
    mutating func reset(after life: Duration) {
        if life > range.upperBound { longest = range.lowerBound }
    }
}
