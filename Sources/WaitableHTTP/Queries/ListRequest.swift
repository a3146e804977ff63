import StatesLanguage
package import Waitable
package import WaitableOperations

/// What a list is asked for by a URL's query.
package struct ListRequest: Sendable {
    /// Entries in a page, 1 to 1,000.
    package var limit = 100
    /// Where the last page ended.
    package var start: ListCursor?
    /// Of executions: which are in the list.
    package var list = ExecutionList()
    /// Of executions: only those that closed with this error.
    package var error: String?
    /// Of items: only those in this status.
    package var processStatus: String?

    /// Reads what a list of items is asked for: `limit`, `nextToken`, `ProcessStatus`.
    ///
    /// - Throws: `FieldError` for an unknown name or a bad value.
    package init(items parameters: [(name: String, value: String)]) throws(FieldError) {
        for (name, value) in parameters {
            switch name {
            case "limit": limit = try Self.limit(value)
            case "nextToken": start = try Self.cursor(value)
            case "ProcessStatus":
                guard !value.isEmpty else { throw FieldError(field: name, rule: "must not be empty", value: value) }
                processStatus = value
            default:
                throw FieldError(
                    field: name,
                    rule: "must not be there: only limit, nextToken and ProcessStatus are",
                    value: value
                )
            }
        }
        // A list of failures goes on elsewhere.
        if let start, start.set == .failed { throw Self.foreign(start) }
    }

    /// Reads what a survey of failures is asked for: `limit`, `nextToken`, `status`, `stateMachine`.
    ///
    /// - Throws: `FieldError` for an unknown name or a bad value.
    package init(failures parameters: [(name: String, value: String)]) throws(FieldError) {
        let names = ["limit", "nextToken", "status", "stateMachine"]
        for (name, value) in parameters where !names.contains(name) {
            throw FieldError(
                field: name,
                rule: "must not be there: only limit, nextToken, status and stateMachine are",
                value: value
            )
        }
        try self.init(parameters, of: Self.failures)
        if !parameters.contains(where: { $0.name == "limit" }) { limit = 1_000 }
        guard list.statuses.isSubset(of: Self.failures) else {
            throw FieldError(
                field: "status",
                rule: "must be one of FAILED, TIMED_OUT, ABORTED",
                value: list.statuses.map(\.rawValue).joined()
            )
        }
    }

    /// Reads what a list of executions is asked for: `limit`, `nextToken`, `status`, `error`, `dueFrom`, `dueTo`,
    /// `stateMachine`.
    ///
    /// - Throws: `FieldError` for an unknown name or a bad value.
    package init(executions parameters: [(name: String, value: String)]) throws(FieldError) {
        try self.init(parameters, of: Set(ItemSummary.Status.allCases))
    }

    /// - Parameter statuses: Those in the list where none is asked for.
    private init(
        _ parameters: [(name: String, value: String)],
        of statuses: Set<ItemSummary.Status>
    ) throws(FieldError) {
        list.statuses = statuses
        for (name, value) in parameters {
            switch name {
            case "limit": limit = try Self.limit(value)
            case "nextToken": start = try Self.cursor(value)
            case "status":
                guard let status = ItemSummary.Status(rawValue: value) else {
                    let all = ItemSummary.Status.allCases.map(\.rawValue).joined(separator: ", ")
                    throw FieldError(field: name, rule: "must be one of \(all)", value: value)
                }
                list.statuses = [status]
            case "error": error = value
            case "dueFrom": list.dueFrom = try Instant(value, field: name)
            case "dueTo": list.dueTo = try Instant(value, field: name)
            case "stateMachine":
                if let problem = ResourceName.problem(withMachine: value) {
                    throw FieldError(field: name, rule: problem, value: value)
                }
                list.machine = value
            default:
                throw FieldError(
                    field: name,
                    rule:
                        "must not be there: only limit, nextToken, status, error, dueFrom, dueTo and stateMachine are",
                    value: value
                )
            }
        }
        if error != nil, !parameters.contains(where: { ["status", "dueFrom", "dueTo"].contains($0.name) }) {
            list.statuses = Self.failures
        }
        try check()
    }

    /// What can have an error: there is an index of these.
    private static let failures: Set<ItemSummary.Status> = [.failed, .timedOut, .aborted]

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
        if let start, !list.holds(start) { throw Self.foreign(start) }
    }

    private static func foreign(_ cursor: ListCursor) -> FieldError {
        FieldError(
            field: "nextToken",
            rule: "must be the nextToken of an earlier page of the same list",
            value: cursor.token
        )
    }

    private static func limit(_ value: String) throws(FieldError) -> Int {
        guard let number = Int(value), (1...1_000).contains(number) else {
            throw FieldError(field: "limit", rule: "must be a whole number from 1 to 1000", value: value)
        }
        return number
    }

    private static func cursor(_ value: String) throws(FieldError) -> ListCursor {
        guard let cursor = ListCursor(token: value) else {
            throw FieldError(field: "nextToken", rule: "must be the nextToken of an earlier page", value: value)
        }
        return cursor
    }
}
