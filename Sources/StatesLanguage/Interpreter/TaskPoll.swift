/// How a task that is followed over a long time is asked after again: whoever was called has said when, and with what. A class,
/// since few tasks have one, and every cursor has the room for it.
public final class TaskPoll: Sendable, Equatable {
    /// Which time it is, from 1. A late answer to an earlier one has another number.
    public let number: Int
    /// The pause before it, in ms.
    public let pause: Int64
    /// How many before it got no answer, one after another.
    public let failures: Int
    /// What whoever was called wants to be told again, as JSON text.
    public let state: String
    /// When it is asked.
    public let at: Instant

    /// How often a task is asked after at the most, as many times as a history has events.
    public static let most = 25_000
    /// How many in a row may get no answer.
    public static let mostFailures = 30

    /// A poll from its parts.
    public init(number: Int, pause: Int64, failures: Int = 0, state: String, at: Instant) {
        self.number = number
        self.pause = pause
        self.failures = failures
        self.state = state
        self.at = at
    }

    /// The same, at another instant.
    func moved(to instant: Instant) -> TaskPoll {
        TaskPoll(number: number, pause: pause, failures: failures, state: state, at: instant)
    }

    /// The next one, where there was no answer to this one.
    func again() -> TaskPoll {
        TaskPoll(number: number + 1, pause: pause, failures: failures + 1, state: state, at: at)
    }

    /// Whether both are the same, their states by code units.
    public static func == (left: TaskPoll, right: TaskPoll) -> Bool {
        left.number == right.number && left.pause == right.pause && left.failures == right.failures
            && left.at == right.at && left.state.utf8.elementsEqual(right.state.utf8)
    }

    /// What the stored form has at the most, in bytes: each quotation mark and backslash is escaped.
    var size: Int { 100 + 2 * state.utf8.count }
}

/// The stored form: `[number, pause, failures, state, instant]`.
extension TaskPoll {
    var json: JSON {
        .array([
            .integer(Int64(number)), .integer(pause), .integer(Int64(failures)), .string(state),
            .integer(at.milliseconds),
        ])
    }

    /// Reads the stored form; `nil` where it is none.
    convenience init?(json: JSON) {
        guard let parts = json.arrayValue, parts.count == 5, let number = parts[0].countValue,
            let pause = parts[1].integerValue, let failures = parts[2].countValue, let state = parts[3].stringValue,
            let at = parts[4].integerValue
        else { return nil }
        self.init(
            number: number,
            pause: pause,
            failures: failures,
            state: state,
            at: Instant(milliseconds: at)
        )
    }
}
