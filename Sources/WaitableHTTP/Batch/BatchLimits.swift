/// What the batches of one process may have in memory.
public struct BatchLimits: Sendable {
    /// The most batches at once.
    public var requests = 32
    /// The most bytes of one batch's answers that wait for a client to read them. Beyond it no more lines are read.
    public var answerBytes = 16_777_216

    /// The usual limits.
    public init() {}
}
