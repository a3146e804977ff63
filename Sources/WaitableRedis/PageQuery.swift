import Waitable

/// What every list is asked for in the same words: how many, and from where on.
enum PageQuery {
    /// Reads `limit`.
    static func limit(_ value: String) throws(FieldError) -> Int {
        guard let number = Int(value), (1...1_000).contains(number) else {
            throw FieldError(field: "limit", rule: "must be a whole number from 1 to 1000", value: value)
        }
        return number
    }

    /// Reads `nextToken`.
    static func cursor(_ value: String) throws(FieldError) -> ItemCursor {
        guard let cursor = ItemCursor(token: value) else {
            throw FieldError(field: "nextToken", rule: "must be the nextToken of an earlier page", value: value)
        }
        return cursor
    }
}
