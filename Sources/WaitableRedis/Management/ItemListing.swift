public import StatesLanguage
public import Waitable

/// What a list of executions is asked for: `limit`, `nextToken`, `status`, `dueFrom`, `dueTo`, `stateMachine`.
public struct ItemListing: Sendable {
    /// Executions in a page, 1 to 1,000.
    public var limit = 100
    /// Where the last page ended.
    public var start: ItemCursor?
    /// Only those in this status.
    public var status: ItemSummary.Status?
    /// Only those that are due at this instant or later; leaves out what is closed.
    public var dueFrom: Instant?
    /// Only those that are due before this instant; leaves out what is closed.
    public var dueTo: Instant?
    /// Only those of this state machine.
    public var machine: String?

    /// Reads a query's names and values.
    ///
    /// - Throws: `FieldError` for an unknown name or a bad value.
    public init(_ parameters: [(name: String, value: String)]) throws(FieldError) {
        for (name, value) in parameters {
            switch name {
            case "limit":
                guard let number = Int(value), (1...1_000).contains(number) else {
                    throw FieldError(field: name, rule: "must be a whole number from 1 to 1000", value: value)
                }
                limit = number
            case "nextToken":
                guard let cursor = ItemCursor(token: value) else {
                    throw FieldError(field: name, rule: "must be the nextToken of an earlier page", value: value)
                }
                start = cursor
            case "status":
                guard let status = ItemSummary.Status(rawValue: value) else {
                    let all = ItemSummary.Status.allCases.map(\.rawValue).joined(separator: ", ")
                    throw FieldError(field: name, rule: "must be one of \(all)", value: value)
                }
                self.status = status
            case "dueFrom": dueFrom = try Self.instant(name, value)
            case "dueTo": dueTo = try Self.instant(name, value)
            case "stateMachine":
                if let problem = ResourceName.problem(with: value) {
                    throw FieldError(field: name, rule: problem, value: value)
                }
                machine = value
            default:
                throw FieldError(
                    field: name,
                    rule: "must not be there: only limit, nextToken, status, dueFrom, dueTo and stateMachine are",
                    value: value
                )
            }
        }
        if let dueFrom, let dueTo, dueTo <= dueFrom {
            throw FieldError(field: "dueTo", rule: "must be after dueFrom", value: dueTo.iso8601)
        }
    }

    private static func instant(_ name: String, _ text: String) throws(FieldError) -> Instant {
        guard let instant = Instant(iso8601: text) else {
            throw FieldError(
                field: name,
                rule: "must be an ISO 8601 instant with 'T' and an offset or 'Z', such as 2026-01-31T09:30:00Z",
                value: text
            )
        }
        return instant
    }

    /// Whether only what is in `due` can be in the list.
    private var isOpenOnly: Bool { status?.isOpen ?? false || dueFrom != nil || dueTo != nil }

    /// Where the list begins.
    var beginning: ItemCursor {
        if let start { return start }
        if let status, !status.isOpen { return ItemCursor(set: .closed, after: nil) }
        return .beginning
    }

    /// Where it goes on after a stretch that ended there; `nil` where nothing more can be in it.
    func next(_ cursor: ItemCursor?) -> ItemCursor? {
        guard let cursor, !(cursor.set == .closed && isOpenOnly) else { return nil }
        return cursor
    }

    /// Whether an entry can be in the list, by its name and score alone.
    func mayHold(_ member: ListedMember) -> Bool {
        if let machine, ExecutionKey(member: member.name)?.machine != machine { return false }
        guard member.set == .due, dueFrom != nil || dueTo != nil else { return true }
        guard let due = DueScore(member.score).due else { return false }
        return due >= dueFrom ?? due && (dueTo.map { due < $0 } ?? true)
    }

    /// Where the list goes on after a stretch that ended with an entry: behind the due window stands nothing of it but what
    /// is parked, at its due instant plus a constant.
    func next(_ cursor: ItemCursor?, after last: ListedMember?) -> ItemCursor? {
        guard let cursor = next(cursor) else { return nil }
        guard let dueTo, let last, last.set == .due, last.score >= Double(dueTo.milliseconds) else { return cursor }
        guard last.score < Double(DueScore.parked) else {
            return last.score < Double(DueScore.parked + dueTo.milliseconds) ? cursor : nil
        }
        let parked = Double(DueScore.parked + (dueFrom?.milliseconds ?? 0))
        return ItemCursor(set: .due, after: ListedMember(set: .due, name: ":", score: parked))
    }
}

extension ItemManager {
    /// A page of executions: open ones by due instant, then closed ones by closing instant.
    ///
    /// One that moves on between two pages is never missed; it may be seen twice. The work for a page is bounded, so
    /// with a filter a page may hold fewer than asked for, even none, and still have a next one.
    public func list(_ listing: ItemListing) async throws -> JSON {
        var items: [JSON] = []
        var cursor = listing.next(listing.beginning)
        var reads = 0
        while let current = cursor, items.count < listing.limit, reads < 10 {
            reads += 1
            let (members, next) = try await store.members(from: current, limit: 500, dueFrom: listing.dueFrom)
            cursor = listing.next(next, after: members.last)
            let candidates = members.filter { listing.mayHold($0) }
            for (member, view) in try await summaries(of: candidates, status: listing.status) {
                items.append(view)
                guard items.count == listing.limit else { continue }
                if member != members.last { cursor = ItemCursor(set: member.set, after: member) }
                break
            }
        }
        var page: JSONObject = ["items": .array(items)]
        page["nextToken"] = cursor.map { .string($0.token) }
        return .object(page)
    }

    private func summaries(
        of members: [ListedMember],
        status: ItemSummary.Status?
    ) async throws -> [(ListedMember, JSON)] {
        let keys = members.compactMap { ExecutionKey(member: $0.name) }
        let documents = try await store.documents(keys)
        let byMember = Dictionary(zip(keys.map(\.member), documents), uniquingKeysWith: { $1 })
        return members.compactMap { member in
            guard let key = ExecutionKey(member: member.name), let document = byMember[member.name] ?? nil,
                let execution = try? ExecutionDocument.decode(document, key: key)
            else { return nil }
            let summary = ItemSummary(execution, score: member.set == .due ? member.score : nil)
            guard status == nil || summary.status == status else { return nil }
            return (member, summary.json)
        }
    }
}
