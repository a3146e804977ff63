/// What an expression can know besides its input: the moment of the step and random numbers. An evaluation looks at no
/// clock and has no randomness of its own, so the same environment gives the same result.
public struct Environment: Sendable {
    /// The moment of `$now()` and `$millis()`, in milliseconds since the Unix epoch.
    public var milliseconds: Int64
    /// Where `$random()`, `$shuffle()` and `$uuid()` take their numbers from.
    public var random: any RandomNumberGenerator & Sendable

    /// An environment of a moment.
    public init(milliseconds: Int64, random: any RandomNumberGenerator & Sendable) {
        self.milliseconds = milliseconds
        self.random = random
    }
}
