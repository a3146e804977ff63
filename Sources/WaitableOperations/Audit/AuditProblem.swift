/// What an audit finds beside what `waitable_examine` does (``DataProblem``), by its codes.
enum AuditProblem: String, CaseIterable {
    case documentUnreadable = "document-unreadable"
    case waitLeftEarly = "wait-left-early"
    case closedEarly = "closed-early"
    case journalDiffers = "journal-differs"
    case journalIncomplete = "journal-incomplete"
    case endNotTold = "end-not-told"
    case parentUnaware = "parent-unaware"
    case childMissing = "child-missing"
    case childrenWithoutParent = "children-without-parent"
    case inboxWithoutExecution = "inbox-without-execution"
    case answerUnread = "answer-unread"
    case stoppingForgotten = "stopping-forgotten"
    case endLost = "end-lost"
    case unreadForgotten = "unread-forgotten"
    case messageLost = "message-lost"
    case messageKept = "message-kept"
    case messageWaiting = "message-waiting"
    case messageUnreadable = "message-unreadable"
    case outboxForgotten = "outbox-forgotten"
    case acceptedUnreadable = "accepted-unreadable"
    case acceptedUnknown = "accepted-unknown"
    case acceptedOtherInput = "accepted-other-input"
    case acceptedOtherInstant = "accepted-other-instant"

    /// The codes of what a replay finds.
    static let ofReplays: Set<Spelling> = [
        Spelling(waitLeftEarly.rawValue), Spelling(closedEarly.rawValue), Spelling(journalDiffers.rawValue),
        Spelling(journalIncomplete.rawValue),
    ]

    /// What is wrong.
    ///
    /// - Parameter detail: What differs from case to case.
    func text(_ detail: String) -> String {
        switch self {
        case .documentUnreadable: "The document \(detail)."
        case .waitLeftEarly: "The document is beyond a wait that ends \(detail), and the journal does not leave it."
        case .closedEarly: "It closed before the end of its last wait: \(detail)."
        case .journalDiffers: "The document \(detail)."
        case .journalIncomplete: "Elements of the history are missing."
        case .endNotTold: "It has closed, and the task of \(detail) that waits for its end was not told."
        case .parentUnaware: "It is open, and \(detail), whose task started it, does not know of it."
        case .childMissing: "A task waits for the end of \(detail), which does not exist or is another one's."
        case .childrenWithoutParent: "Executions were started for its tasks, and it is not open."
        case .inboxWithoutExecution: "There are answers for its tasks, and it is not open."
        case .answerUnread: "There is an answer in its inbox, and nobody will read it before \(detail)."
        case .stoppingForgotten: "Executions are to be stopped, and no claim looks at them."
        case .endLost: "It was told that \(detail) has ended, and the answer is not in its inbox."
        case .unreadForgotten: "It has closed, and \(detail), which is to read that, does not know of it."
        case .messageLost: "Messages are missing: those between the numbers \(detail)."
        case .messageKept: "A message has arrived long ago and is still there, though there are workers: \(detail)."
        case .messageWaiting: "A message has not arrived for 30 s, though there are workers: \(detail)."
        case .messageUnreadable: "Message \(detail) of it cannot be read."
        case .outboxForgotten: "It has messages, and no claim is told of them."
        case .acceptedUnreadable: "The line is no answer to a start: \(detail)."
        case .acceptedUnknown: "A client was told that it is started, and there is no such execution."
        case .acceptedOtherInput: "A client was told that it is started, and its input is another one."
        case .acceptedOtherInstant: "A client was told that it was started \(detail)."
        }
    }
}
