package import StatesLanguage

/// Messages that Redis functions leave at the head of a document, for the worker that claims the execution next.
///
/// Most executions never have one, and every step hands them around: none is nothing.
package struct ExecutionMessages: Sendable, Equatable {
    private var box: Box<Messages>?

    private struct Messages: Equatable {
        var rescheduledTo: Instant?
        var rescheduledAt: Instant?
        var redrivenAt: Instant?
        var closing: Closing?
        var outcomes = JSONObject()
        var answers = JSONObject()

        static let none = Messages()
    }

    private var messages: Messages {
        get { box?.value ?? .none }
        set { box = newValue == .none ? nil : Box(newValue) }
    }

    /// The wait's new end, when it was rescheduled.
    package var rescheduledTo: Instant? {
        get { box?.value.rescheduledTo }
        set { messages.rescheduledTo = newValue }
    }

    /// When it was rescheduled, the last time.
    package var rescheduledAt: Instant? {
        get { box?.value.rescheduledAt }
        set { messages.rescheduledAt = newValue }
    }

    /// When the execution was redriven.
    package var redrivenAt: Instant? {
        get { box?.value.redrivenAt }
        set { messages.redrivenAt = newValue }
    }

    /// How the execution had closed before it was redriven, with when and why.
    package var closing: Closing? {
        get { box?.value.closing }
        set { messages.closing = newValue }
    }

    /// The outcomes of item operations by the ids of their tasks, as the function library wrote them.
    package var outcomes: JSONObject {
        get { box?.value.outcomes ?? JSONObject() }
        set { messages.outcomes = newValue }
    }

    /// Answers and signs of life of tasks that wait for them, as ``TaskAnswer`` reads them.
    package var answers: JSONObject {
        get { box?.value.answers ?? JSONObject() }
        set { messages.answers = newValue }
    }

    /// Whether an execution has been started whose end a task waits for, as the last commit says, or a message for the task.
    ///
    /// - Parameter task: The task's id; `nil` for any.
    func hasStarted(_ task: Int? = nil) -> Bool {
        guard let messages = box?.value else { return false }
        func waits(_ outcome: JSON?) -> Bool { outcome?.objectValue?["waits"] == .bool(true) }
        if let task { return waits(messages.outcomes["\(task)"] ?? messages.answers["o\(task)"]) }
        return messages.outcomes.contains { waits($0.value) }
    }

    /// How an execution closed.
    package struct Closing: Sendable, Equatable {
        /// The status that it had.
        package var status: ExecutionStatus
        /// When it closed.
        package var instant: Instant?
        /// Error and cause, where it had some.
        package var failure: ExecutionFailure?
    }

    /// No messages.
    package init() {}

    /// Whether both have the same messages.
    package static func == (left: ExecutionMessages, right: ExecutionMessages) -> Bool {
        left.messages == right.messages
    }

    /// Whether nothing is left to read.
    package var isEmpty: Bool { box == nil }

    /// The members that stand at the head of an open execution's document, in the functions' order; none of most.
    package var head: JSONObject {
        guard !isEmpty else { return [:] }
        var members = JSONObject()
        write(to: &members)
        // Answers are kept beside the document. `ended` comes first.
        members["a"] = nil
        return members
    }

    /// Reads the messages of a document's head or a journal entry, and `a` of an entry: answers are kept beside the document.
    init(_ object: JSONObject) {
        guard !object.isEmpty else { return }
        rescheduledTo = object["moved"]?.integerValue.map(Instant.init(milliseconds:))
        rescheduledAt = object["movedAt"]?.integerValue.map(Instant.init(milliseconds:))
        redrivenAt = object["redriven"]?.integerValue.map(Instant.init(milliseconds:))
        if let status = object["was"]?.stringValue.flatMap(ExecutionStatus.init(code:)) {
            closing = Closing(
                status: status,
                instant: object["ended"]?.integerValue.map(Instant.init(milliseconds:)),
                failure: object["failure"].map(ExecutionFailure.init(json:))
            )
        }
        outcomes = object["outcomes"]?.objectValue ?? JSONObject()
        answers = object["a"]?.objectValue ?? JSONObject()
    }

    /// Writes the members.
    func write(to object: inout JSONObject) {
        guard !isEmpty else { return }
        object["ended"] = closing?.instant.map { .integer($0.milliseconds) }
        object["failure"] = closing?.failure?.json
        object["moved"] = rescheduledTo.map { .integer($0.milliseconds) }
        object["movedAt"] = rescheduledAt.map { .integer($0.milliseconds) }
        object["redriven"] = redrivenAt.map { .integer($0.milliseconds) }
        object["was"] = closing.map { .string($0.status.code) }
        if !outcomes.isEmpty { object["outcomes"] = .object(outcomes) }
        if !answers.isEmpty { object["a"] = .object(answers) }
    }
}
