/// An item's place: the table, and the value of its key attribute.
public struct ItemKey: Sendable, Hashable {
    /// The table's name; it has no colon.
    public var table: String
    /// The key attribute's value, as text.
    public var id: String

    /// A key from its parts.
    public init(table: String, id: String) {
        self.table = table
        self.id = id
    }

    /// `TABLE:ID`, the end of the item's Redis key.
    public var suffix: String { "\(table):\(id)" }
}
