/// An item's place: the table, and the value of its key attribute.
package struct ItemKey: Sendable, Hashable {
    /// The table's name; it has no colon.
    package var table: String
    /// The key attribute's value, as text.
    package var id: String

    /// A key from its parts.
    package init(table: String, id: String) {
        self.table = table
        self.id = id
    }

    /// `TABLE:ID`, the end of the item's Redis key.
    package var suffix: String { "\(table):\(id)" }
}
