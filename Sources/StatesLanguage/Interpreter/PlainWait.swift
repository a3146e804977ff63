/// Where an execution stands that only waits: in a Wait state outside of all branches, its data what it began with, nothing
/// assigned and nothing retried. Most stored flows are this.
public struct PlainWait: Sendable, Equatable {
    /// The Wait state.
    public var state: String
    /// When it was entered.
    public var enteredAt: Instant
    /// The id of the last event, which is the one of its being entered.
    public var eventID: Int
    /// When the wait is over.
    public var until: Instant

    /// A wait from its parts.
    public init(state: String, enteredAt: Instant, eventID: Int, until: Instant) {
        self.state = state
        self.enteredAt = enteredAt
        self.eventID = eventID
        self.until = until
    }
}

extension Flow {
    /// The wait, where the flow is nothing else.
    public var plainWait: PlainWait? {
        guard case .waiting(let until) = root.phase, root.input == nil, root.variables == nil, deadline == nil,
            root.previousID == root.enteredID, lastEventID == root.enteredID, root.retries.allSatisfy({ $0 == 0 })
        else { return nil }
        return PlainWait(state: root.state, enteredAt: root.enteredAt, eventID: root.enteredID, until: until)
    }

    /// The flow of an execution that only waits.
    public init(_ wait: PlainWait) {
        let root = Cursor(
            state: wait.state,
            input: nil,
            enteredAt: wait.enteredAt,
            enteredID: wait.eventID,
            previousID: wait.eventID,
            phase: .waiting(until: wait.until)
        )
        self.init(root: root, lastEventID: wait.eventID, deadline: nil)
    }
}
