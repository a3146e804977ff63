/// What the batches of one process may have in memory.
package struct BatchLimits: Sendable {
    /// The most batches at once.
    package var requests = 32
    /// The most bytes of one batch's answers that wait for a client to read them. Beyond it no more lines are read.
    package var answerBytes = 16_777_216

    /// The usual limits.
    package init() {}
}
