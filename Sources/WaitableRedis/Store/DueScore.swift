package import StatesLanguage

/// What a score in `due` says: a due instant, a lease, or that the state machine is paused.
package struct DueScore: Sendable, Equatable {
    /// Scores from here on (2^50 ms) are of executions that were due while their machine was paused.
    package static let parked: Int64 = 1 << 50

    /// The score of an execution that only an answer moves on (2^42 - 1 ms, in the year 2109).
    package static let never: Int64 = 1 << 42 - 1

    /// The moments that an execution can be told to wait for: from the year 1 on.
    package static let settable = Instant(milliseconds: -62_135_596_800_000)...Instant(milliseconds: never)

    /// Scores from here on, but for parked ones, are of no instant that can be written down: nothing becomes due there.
    package static let end = Instant.representable.upperBound.milliseconds + 1

    /// The score as stored.
    package var score: Double

    /// A score as stored.
    package init(_ score: Double) { self.score = score }

    /// Whether a worker holds the execution, or held it until its lease ran out.
    package var isLease: Bool { score.isFinite && score.rounded(.down) != score }

    /// Whether the execution waits for its machine to be resumed.
    package var isParked: Bool { score >= Double(Self.parked) && score < Double(2 * Self.parked) }

    /// The due instant; `nil` for a lease, and where only an answer is waited for, or nothing ever comes.
    package var due: Instant? {
        guard !isLease, score != Double(Self.never), isParked || score < Double(Self.end) else { return nil }
        return Instant(clamping: isParked ? score - Double(Self.parked) : score)
    }
}
