import Waitable

/// Which events of the change feed somebody wants.
package struct FeedFilter: Sendable, Equatable {
    /// Only events of these kinds.
    package var kinds = Set(FeedEvent.Kind.allCases)
    /// Only those of this state machine's executions.
    package var machine: String?
    /// Only those of the execution of this name.
    package var id: String?

    /// All events.
    package init() {}

    /// Whether an event is one of those.
    package func allows(_ event: FeedEvent) -> Bool {
        kinds.contains(event.kind) && (machine.map { $0 == event.execution.machine } ?? true)
            && (id.map { $0 == event.execution.name } ?? true)
    }
}
