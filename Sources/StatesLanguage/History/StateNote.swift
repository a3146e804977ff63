/// What a step did with a state, for people who follow an execution.
public enum StateNote: Sendable, Equatable {
    /// It entered the state.
    case entered(String)
    /// It tried the state again after a retry's pause; the first retry is attempt 2.
    case retried(String, attempt: Int)
    /// The state failed.
    case failed(Failure)
    /// How a map run stands now.
    case mapRun(MapRunNote)

    /// How a state failed.
    public struct Failure: Sendable, Equatable {
        /// The state.
        public var state: String
        /// How often it has been tried, this time included.
        public var attempt: Int
        /// The error's name; `nil` for a Fail state without one.
        public var error: String?
        /// The beginning of the cause.
        public var cause: String?
        /// When it is tried again; `nil` where it is not.
        public var retryAt: Instant?
    }

    /// The most of a cause that is kept, in bytes.
    static let longestCause = 256
}
