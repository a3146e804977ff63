/// A task that was begun and has no answer yet.
public struct PendingTask: Sendable, Equatable {
    /// Who answers a task.
    public enum Answerer: String, Sendable {
        /// The commit of the step that began it.
        case commit = ""
        /// A message: what it asks for is done in another partition.
        case message = "m"
        /// Whoever has its token.
        case token = "t"
        /// A worker of an activity, which nobody has taken yet.
        case activity = "a"
        /// The process that makes the call, which gives signs of life meanwhile.
        case call = "c"
        /// Nobody for now: it is asked after again at an instant.
        case poll = "p"
    }

    /// The id of the ``TaskRequest``.
    public let id: Int
    /// Who answers it.
    public internal(set) var answerer: Answerer
    /// When it is given up; `nil` for never.
    public internal(set) var timeoutAt: Instant?
    /// When it has to have given a sign of life; `nil` for never.
    public internal(set) var heartbeatAt: Instant?
    /// How it is asked after again; `nil` for a task that never said so.
    public internal(set) var poll: TaskPoll?

    /// Within how many seconds whoever makes a call has to give a sign of life.
    public static let callSeconds = 30

    /// The earliest of its instants.
    var wakeUp: Instant? {
        [timeoutAt, heartbeatAt, answerer == .poll ? poll?.at : nil].compactMap(\.self).min()
    }
}
