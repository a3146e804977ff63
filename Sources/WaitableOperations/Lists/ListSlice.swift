import WaitableRedis

/// What a stretch of one of the sorted sets is asked for.
struct SliceQuery: Sendable {
    /// The set.
    var set: ListCursor.Set
    /// Whether it goes from the highest score down.
    var isDescending = false
    /// The place that it begins after; `nil` for the set's beginning.
    var place: ListedMember?
    /// The score at which it ends, itself not in it; `nil` for none. Not for one that descends.
    var end: Double?
    /// The most entries to look at, 1 to 1,000.
    var looked = 1_000
    /// The most entries to return, 1 to 1,000.
    var wanted: Int
    /// Only entries of this state machine.
    var machine: String?
    /// Only executions in one of these statuses, with their documents; `nil` for all entries, without documents.
    var statuses: Set<ItemSummary.Status>?
}

/// A stretch of one of the sorted sets, as it was at one moment.
struct ListSlice: Sendable {
    /// The entries, with their documents where those were asked for.
    var entries: [(member: ListedMember, document: [UInt8])]
    /// The place to go on from; `nil` at the set's end.
    var place: ListedMember?
}

extension ItemSummary.Status {
    /// The letter by which `waitable_list` knows it.
    fileprivate var letter: String {
        switch self {
        case .waiting: "W"
        case .running: "L"
        case .succeeded: "S"
        case .failed: "F"
        case .timedOut: "T"
        case .aborted: "A"
        }
    }
}

extension ListCursor.Set {
    /// Its name for `waitable_list`.
    fileprivate var name: String {
        switch self {
        case .due: "due"
        case .closed: "closed"
        case .failed: "failed"
        }
    }
}

extension SliceQuery {
    var arguments: FunctionArguments {
        var arguments = FunctionArguments(set.name, isDescending ? "down" : "up")
        arguments.append(place.map { "\($0.score)" } ?? "")
        arguments.append(place?.bytes ?? [])
        arguments.append(end.map { "\($0)" } ?? "")
        arguments.append(looked)
        arguments.append(wanted)
        arguments.append(machine ?? "")
        arguments.append(statuses?.map(\.letter).joined() ?? "")
        return arguments
    }
}
