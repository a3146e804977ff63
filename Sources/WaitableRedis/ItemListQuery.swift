package import Waitable

/// What a list of items is asked for: `limit`, `nextToken`, `ProcessStatus`.
package struct ItemListQuery: Sendable {
    /// Items in a page, 1 to 1,000.
    package var limit = 100
    /// Where the last page ended.
    package var start: ItemCursor = .beginning
    /// Only items in this status.
    package var processStatus: String?

    /// Reads a query's names and values.
    ///
    /// - Throws: `FieldError` for an unknown name or a bad value.
    package init(_ parameters: [(name: String, value: String)]) throws(FieldError) {
        for (name, value) in parameters {
            switch name {
            case "limit": limit = try PageQuery.limit(value)
            case "nextToken": start = try PageQuery.cursor(value)
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
    }

    func matches(_ item: [ItemField]) -> Bool {
        guard let processStatus else { return true }
        return item.contains { $0.name == "ProcessStatus" && $0.value == processStatus }
    }
}
