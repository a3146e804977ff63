package import StatesLanguage
package import Waitable
package import WaitableRedis

/// Which executions a list shows, and in which order.
package struct ExecutionList: Sendable {
    /// Only those of this state machine.
    package var machine: String?
    /// Only those in one of these statuses.
    package var statuses = Set(ItemSummary.Status.allCases)
    /// Only those that wait for this instant or a later one.
    package var dueFrom: Instant?
    /// Only those that wait for an instant before this one.
    package var dueTo: Instant?
    /// Whether open executions come from the latest moments to the earliest; not with due instants. Closed ones always
    /// come from the last closed on.
    package var isDescending = false

    /// After how many bytes of documents a page ends.
    static let bytesOfPage = 4_194_304

    /// A list of everything.
    package init() {}

    /// A part of the list: one of the sets, or a window of it.
    package struct Part: Sendable {
        var set: ListCursor.Set
        var beginning: Double?
        var end: Double?

        /// The cursor at which the part begins: with a score, before all that has it.
        var cursor: ListCursor {
            ListCursor(set: set, after: beginning.map { ListedMember(set: set, bytes: [], score: $0) })
        }

        /// Whether a cursor stands in the part.
        func holds(_ cursor: ListCursor) -> Bool {
            guard cursor.set == set else { return false }
            guard let last = cursor.last else { return beginning == nil }
            return last.score >= beginning ?? last.score && end.map { last.score < $0 } ?? true
        }
    }

    /// The parts, in order. What was due while its machine is paused stands behind all others in `due`, at its instant
    /// plus a constant: a window of due instants is two windows of scores.
    package var parts: [Part] {
        guard !possibleStatuses.isEmpty else { return [] }
        if dueFrom != nil || dueTo != nil {
            let parked = Double(DueScore.parked)
            let from = dueFrom.map { Double($0.milliseconds) }
            let to = dueTo.map { Double($0.milliseconds) }
            return [
                Part(set: .due, beginning: from, end: min(to ?? parked, parked)),
                Part(set: .due, beginning: parked + (from ?? 0), end: to.map { parked + $0 }),
            ]
        }
        var parts: [Part] = []
        if statuses.contains(where: \.isOpen) { parts.append(Part(set: .due)) }
        let closed = statuses.filter { !$0.isOpen }
        if !closed.isEmpty { parts.append(Part(set: closed.contains(.succeeded) ? .closed : .failed)) }
        return parts
    }

    /// The statuses that can be in the list: what a worker holds has no due instant.
    var possibleStatuses: Set<ItemSummary.Status> {
        dueFrom != nil || dueTo != nil ? statuses.intersection([.waiting]) : statuses
    }

    /// Whether a cursor can be one of this list's.
    package func holds(_ cursor: ListCursor) -> Bool { parts.contains { $0.holds(cursor) } }
}

/// An execution in a list.
package struct ListedExecution: Sendable {
    /// The execution, as its document says.
    package var execution: Execution
    /// Where it stands in `due`; `nil` for one that is closed.
    package var score: Double?
}

extension Partitions {
    /// A page of a list: open executions by due instant, then closed ones, from the last closed on.
    ///
    /// The list goes on exactly where a page ended, whatever has moved on meanwhile: an execution that stays where it is
    /// comes once, one that moves towards the end may come again, and none is missed but one that moves back (a redrive,
    /// or an earlier moment) or closes while the list is among the closed ones. The work for a page is bounded, and so is what
    /// it holds: where documents are large or with a filter it may have fewer entries than asked for, even none, and still
    /// have a next one.
    ///
    /// - Parameters:
    ///   - list: What is in the list.
    ///   - cursor: Where the last page ended; `nil` for the first.
    ///   - limit: The most executions.
    ///   - entry: What the page has of an execution; `nil` leaves it out. No more than that is held.
    /// - Returns: The entries, and where the list goes on; `nil` at its end.
    package func executions<Entry>(
        _ list: ExecutionList,
        from cursor: ListCursor?,
        limit: Int,
        _ entry: (ListedExecution) -> Entry?
    ) async throws(StoreError) -> ([Entry], ListCursor?) {
        var parts = list.parts[...]
        if let cursor { parts = parts.drop { !$0.holds(cursor) } }
        var found: [Entry] = []
        var next = cursor ?? parts.first?.cursor
        var (reads, bytes) = (0, 0)
        while let part = parts.first, let current = next, found.count < limit, reads < 10,
            bytes < ExecutionList.bytesOfPage
        {
            reads += 1
            var query = SliceQuery(set: part.set, place: current.last, wanted: limit - found.count)
            query.isDescending = list.isDescending || part.set != .due
            query.end = part.end
            query.machine = list.machine
            query.statuses = list.possibleStatuses
            let stretch = try await stretch(query)
            for (member, document) in stretch.entries {
                bytes += document.count
                guard let key = ExecutionKey(member: member.name),
                    let execution = try? ExecutionDocument.decode(document, key: key),
                    let entry = entry(.init(execution: execution, score: part.set == .due ? member.score : nil))
                else { continue }
                found.append(entry)
            }
            if let place = stretch.place {
                next = ListCursor(set: part.set, after: place)
            } else {
                parts = parts.dropFirst()
                next = parts.first?.cursor
            }
        }
        return (found, next)
    }
}
