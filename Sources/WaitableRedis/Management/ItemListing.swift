package import StatesLanguage
package import Waitable

/// What a list of executions is asked for: `limit`, `nextToken`, `status`, `dueFrom`, `dueTo`, `stateMachine`.
package struct ItemListing: Sendable {
    /// Executions in a page, 1 to 1,000.
    package var limit = 100
    /// Where the last page ended.
    package var start: ItemCursor?
    /// What is in the list.
    package var list = ExecutionList()

    /// Reads a query's names and values.
    ///
    /// - Throws: `FieldError` for an unknown name or a bad value.
    package init(_ parameters: [(name: String, value: String)]) throws(FieldError) {
        for (name, value) in parameters {
            switch name {
            case "limit": limit = try PageQuery.limit(value)
            case "nextToken": start = try PageQuery.cursor(value)
            case "status":
                guard let status = ItemSummary.Status(rawValue: value) else {
                    let all = ItemSummary.Status.allCases.map(\.rawValue).joined(separator: ", ")
                    throw FieldError(field: name, rule: "must be one of \(all)", value: value)
                }
                list.statuses = [status]
            case "dueFrom": list.dueFrom = try Self.instant(name, value)
            case "dueTo": list.dueTo = try Self.instant(name, value)
            case "stateMachine":
                if let problem = ResourceName.problem(with: value) {
                    throw FieldError(field: name, rule: problem, value: value)
                }
                list.machine = value
            default:
                throw FieldError(
                    field: name,
                    rule: "must not be there: only limit, nextToken, status, dueFrom, dueTo and stateMachine are",
                    value: value
                )
            }
        }
        try check()
    }

    /// What no value alone can tell.
    private func check() throws(FieldError) {
        if let from = list.dueFrom, let to = list.dueTo, to <= from {
            throw FieldError(field: "dueTo", rule: "must be after dueFrom", value: to.iso8601)
        }
        if list.parts.isEmpty {
            throw FieldError(
                field: "status",
                rule: "must be WAITING with dueFrom or dueTo, for only what waits has a due instant",
                value: list.statuses.map(\.rawValue).joined()
            )
        }
        if let start, !list.holds(start) {
            throw FieldError(
                field: "nextToken",
                rule: "must be the nextToken of an earlier page of the same list",
                value: start.token
            )
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
}

extension ItemManager {
    /// A page of items: open ones by due instant, then closed ones, the newest first, as ``ExecutionList`` has them.
    ///
    /// - Returns: `{"items": […], "nextToken"?}`. Where they are large or with a filter a page may hold fewer than asked
    ///   for, even none, and still have a next one.
    package func list(_ listing: ItemListing) async throws(StoreError) -> JSON {
        let (items, next) = try await store.executions(listing.list, from: listing.start, limit: listing.limit) {
            ItemSummary($0.execution, score: $0.score).json
        }
        var page: JSONObject = ["items": .array(items)]
        page["nextToken"] = next.map { .string($0.token) }
        return .object(page)
    }
}
