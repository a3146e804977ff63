import JSONValues

/// What the plain writes of one state have in common: everything but their items and values.
///
/// Redis functions take a write as the form's ``word``, the item and the values, and read a word only once. A class, so
/// that the writes of a state share it.
package final class ItemForm: Sendable {
    /// What becomes of an item.
    package enum Kind: Sendable {
        /// It has these fields and no others.
        case put
        /// It has these fields beside its others; without an item there is a new one.
        case update
    }

    /// What becomes of the item.
    package let kind: Kind
    /// The fields that are set, in order.
    package let fields: [String]
    /// The fields that are removed.
    package let removed: [String]
    /// What functions know it by: `P["f1",…]` or `U[["f1",…],["g1",…]]`.
    package let word: String

    /// A form from its parts.
    ///
    /// - Parameter removed: Fields that are removed; none for a put.
    package init(_ kind: Kind, fields: [String], removed: [String] = []) {
        self.kind = kind
        self.fields = fields
        self.removed = removed
        let names = JSON.array(fields.map(JSON.string))
        switch kind {
        case .put: word = "P" + names.text
        case .update: word = "U" + JSON.array([names, .array(removed.map(JSON.string))]).text
        }
    }
}

extension ItemForm: Equatable {
    /// Whether both are of the same kind and fields.
    package static func == (left: ItemForm, right: ItemForm) -> Bool { left === right || left.word == right.word }
}
