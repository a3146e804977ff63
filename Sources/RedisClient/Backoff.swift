/// Growing, jittered pauses between tries to connect: full jitter, so that many clients do not come back at once.
struct Backoff {
    private let range: ClosedRange<Duration>
    private var longest: Duration

    init(_ range: ClosedRange<Duration>) {
        self.range = range
        longest = range.lowerBound
    }

    mutating func next() -> Duration {
        defer { longest = min(longest * 2, range.upperBound) }
        return longest * Double.random(in: 0.1...1)
    }

    mutating func reset() { longest = range.lowerBound }
}
