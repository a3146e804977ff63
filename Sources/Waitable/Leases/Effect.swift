import StatesLanguage

/// What a step does beside the change of its execution, in the same atomic commit.
package enum Effect: Sendable, Equatable {
    /// A write to an item.
    case item(ItemEffect)
    /// Puts a task into an activity's queue; without such an activity, the task is answered at once.
    case offer(activity: String, OfferedTask)
    /// Adds an entry to a stream.
    case publish(stream: String, fields: [ItemField])
    /// Starts an execution. Its outcome comes back with the commit, but for an item of a map run.
    case start(ChildStart)
    /// Stops the execution that a task waited for.
    case stop(task: Int)
    /// Notes that a job (JSON text) goes on for a task: it is to be stopped where the task is given up.
    case follow(task: Int, job: String)
    /// Notes that it has ended.
    case unfollow(task: Int)
    /// Tells an execution that the one of the step, which a task of it started, has closed.
    case report(to: Execution.ParentTask)
    /// Takes answers out of the execution's inbox that the step has read, where they still have these values (empty for
    /// any); all of them where none is named, and the executions that its tasks wait for are stopped.
    case forget(answers: [ItemField])
    /// Tells of the execution in the change feed, where its revision has that done.
    case tell(ExecutionEvent)

    /// The task without whose waiting the effect is for nothing; `nil` where it is not for nothing.
    var awaitingTask: Int? {
        switch self {
        case .offer(_, let task): return task.task
        case .start(let start):
            if case .end = start.pattern { return start.task }
            return nil
        case .item, .publish, .stop, .follow, .unfollow, .report, .forget, .tell: return nil
        }
    }

    /// The same of an execution that was moved before it began.
    func moved(to instant: Instant, of key: ExecutionKey) -> Effect {
        if case .item(let effect) = self { .item(effect.moved(to: instant, of: key)) } else { self }
    }

    /// Whether it makes something new, which waits above the high-water mark.
    var makesNew: Bool {
        switch self {
        case .item(let effect): effect.makesNew
        case .offer, .publish, .start: true
        case .stop, .follow, .unfollow, .report, .forget, .tell: false
        }
    }

    /// What it writes to an item, in bytes.
    var writtenBytes: Int {
        switch self {
        case .item(let effect): effect.writtenBytes
        case .offer, .publish, .start, .stop, .follow, .unfollow, .report, .forget, .tell: 0
        }
    }

    /// The id or name whose partition it belongs into; `nil` for the execution's own.
    package var home: String? {
        switch self {
        case .item(let effect): effect.key.id
        case .offer(let activity, _): activity
        case .publish(let stream, _): stream
        case .start(let start): start.name
        case .stop, .follow, .unfollow, .report, .forget, .tell: nil
        }
    }

    /// Whether it goes by a message even to the execution's own partition.
    package var isTour: Bool { if case .item(let effect) = self { effect.isTour } else { false } }

    /// Hands out the arguments that the functions `waitable_accept` and `waitable_commit` take for it.
    package func appendArguments(_ append: (String) -> Void) {
        switch self {
        case .item(let effect): effect.appendArguments(append)
        case .offer(let activity, let task):
            for word in ["offer", activity, task.text, task.refusal.json.text] { append(word) }
        case .publish(let stream, let fields):
            for word in ["publish", stream, String(fields.count)] { append(word) }
            for field in fields {
                append(field.name)
                append(field.value)
            }
        case .start(let start):
            for word in [
                "start", start.machine, start.name, start.input, String(start.task), start.pattern.text,
                start.revision ?? "",
            ] {
                append(word)
            }
        case .stop(let task):
            append("stop")
            append(String(task))
        case .follow(let task, let job):
            for word in ["follow", String(task), job] { append(word) }
        case .unfollow(let task):
            for word in ["unfollow", String(task)] { append(word) }
        case .report(let parent):
            for word in ["report", parent.place, String(parent.task), String(parent.answer.rawValue)] {
                append(word)
            }
        case .forget(let answers):
            for word in ["forget", String(answers.count)] { append(word) }
            for answer in answers {
                append(answer.name)
                append(answer.value)
            }
        case .tell(let event):
            append("tell")
            for word in event.words { append(word) }
        }
    }
}

/// A task in an activity's queue.
package struct OfferedTask: Sendable, Equatable {
    /// The execution whose task it is.
    package var key: ExecutionKey
    /// The task's id in it.
    package var task: Int
    /// The task's token.
    package var token: String
    /// Its input as JSON text.
    package var input: String
    /// Its answer where there is no such activity.
    package var refusal: TaskAnswer

    /// The stored form: id, execution, token and input, a line each.
    var text: String { "\(task)\n\(key.member)\n\(token)\n\(input)" }
}

/// An execution that a task starts.
package struct ChildStart: Sendable, Equatable {
    /// The state machine's name.
    package var machine: String
    /// The execution's name.
    package var name: String
    /// Its input as JSON text.
    package var input: String
    /// The task that starts it.
    package var task: Int
    /// What the task waits for.
    package var pattern: IntegrationPattern
    /// The hash of its revision, or a version's number or an alias with a colon before it; `nil` for the machine's current
    /// one.
    package var revision: String?

    /// What a task that starts an execution waits for.
    package enum IntegrationPattern: Sendable, Equatable {
        /// That it is started.
        case start
        /// A call with the task's token.
        case token
        /// Its end.
        case end(Execution.ParentTask.Answer)

        fileprivate var text: String {
            switch self {
            case .start: ""
            case .token: "t"
            case .end(let answer): String(answer.rawValue)
            }
        }
    }
}
