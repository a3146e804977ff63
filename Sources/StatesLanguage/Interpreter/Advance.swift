/// What a step came to.
public struct Advance: Sendable, Equatable {
    /// How the execution stands after it.
    public enum Outcome: Sendable, Equatable {
        /// It goes on from this flow.
        case running(Flow)
        /// It is done.
        case succeeded(output: String)
        /// A state failed, and nothing retried or caught that. The flow is what a redrive needs.
        case failed(Flow, error: String?, cause: String?)
        /// It took longer than the machine's `TimeoutSeconds`.
        case timedOut(Flow)
    }

    /// How the execution stands after it.
    public var outcome: Outcome
    /// What happened, as far as the interpreter records it.
    public var events: [HistoryEvent]
    /// What happened to states, in order, where the interpreter records it.
    public var notes: [StateNote]
    /// The id of the last event.
    public var lastEventID: Int
    /// Retries that the step began.
    public var retries = 0
    /// The last instant that it took for passed: the end of a wait or a pause, a time-out; `nil` for none.
    public var passed: Instant?
    /// The units of work that it took: a value looked at or made, or 16 bytes of text.
    public var work = 0
}
