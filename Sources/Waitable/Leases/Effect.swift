/// What a step does beside the change of its execution, in the same atomic commit.
public enum Effect: Sendable, Equatable {
    /// A write to an item.
    case item(ItemEffect)
    /// Puts a task into an activity's queue.
    case offer(activity: String, OfferedTask)
    /// Adds an entry to a stream.
    case publish(stream: String, fields: [ItemField])
    /// Starts an execution of a machine, in which the machine's current revision is found by its name. Its outcome comes
    /// back with the commit.
    case start(ChildStart)
    /// Tells an execution that the one of the step, which a task of it started, has closed.
    case report(to: Execution.ParentTask)
    /// Takes answers out of the execution's inbox that the step has read, where they still have these values (empty for
    /// any); all of them where none is named.
    case forget(answers: [ItemField])

    /// Hands out the arguments that the functions `waitable_accept` and `waitable_commit` take for it.
    public func appendArguments(_ append: (String) -> Void) {
        switch self {
        case .item(let effect): effect.appendArguments(append)
        case .offer(let activity, let task):
            for word in ["A", activity, task.text] { append(word) }
        case .publish(let stream, let fields):
            for word in ["S", stream, String(fields.count)] { append(word) }
            for field in fields {
                append(field.name)
                append(field.value)
            }
        case .start(let start):
            let mark =
                switch start.pattern {
                case .response: ""
                case .token: "t"
                case .end: "@"
                case .endAsJSON: "="
                }
            for word in ["B", start.machine, start.name, start.input, String(start.task), mark] { append(word) }
        case .report(let parent):
            for word in ["T", parent.key.member, String(parent.task), parent.wantsJSON ? "=" : "@"] { append(word) }
        case .forget(let answers):
            for word in ["C", String(answers.count)] { append(word) }
            for answer in answers {
                append(answer.name)
                append(answer.value)
            }
        }
    }
}

/// A task in an activity's queue.
public struct OfferedTask: Sendable, Equatable {
    /// The execution whose task it is.
    public var key: ExecutionKey
    /// The task's id in it.
    public var task: Int
    /// The task's token.
    public var token: String
    /// Its input as JSON text.
    public var input: String

    /// The stored form: id, execution, token and input, a line each.
    var text: String { "\(task)\n\(key.member)\n\(token)\n\(input)" }
}

/// An execution that a task starts.
public struct ChildStart: Sendable, Equatable {
    /// The state machine's name.
    public var machine: String
    /// The execution's name.
    public var name: String
    /// Its input as JSON text.
    public var input: String
    /// The task that starts it.
    public var task: Int
    /// What the task waits for.
    public var pattern: IntegrationPattern
}
