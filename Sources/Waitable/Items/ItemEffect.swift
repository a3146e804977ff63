/// A write to an item, carried out by the commit of the execution that asked for it.
public enum ItemEffect: Sendable, Equatable {
    /// The item becomes these fields.
    case put(ItemKey, fields: [ItemField])
    /// Sets some fields and removes others. The fields to set include the key attribute, so a new item is whole.
    case update(ItemKey, set: [ItemField], remove: [String])
    /// Removes the item.
    case delete(ItemKey)
    /// What only Redis can decide: its outcome comes back with the commit, as an ``ItemOutcome``.
    case evaluate(ItemKey, program: String, task: Int)

    /// Hands out the arguments that the functions `waitable_accept` and `waitable_commit` take for it.
    public func appendArguments(_ append: (String) -> Void) {
        switch self {
        case .put(let key, let fields):
            append("P")
            append(key.suffix)
            append(String(fields.count))
            for field in fields {
                append(field.name)
                append(field.value)
            }
        case .update(let key, let set, let remove):
            append("U")
            append(key.suffix)
            append(String(set.count))
            for field in set {
                append(field.name)
                append(field.value)
            }
            append(String(remove.count))
            for name in remove { append(name) }
        case .delete(let key):
            append("D")
            append(key.suffix)
        case .evaluate(let key, let program, _):
            append("X")
            append(key.suffix)
            append(program)
        }
    }

    /// The item.
    public var key: ItemKey {
        switch self {
        case .put(let key, _), .update(let key, _, _), .delete(let key), .evaluate(let key, _, _): key
        }
    }
}

/// One field of an item's hash.
public struct ItemField: Sendable, Hashable {
    /// The attribute's name.
    public var name: String
    /// The value in its stored form, ``AttributeValue/stored``.
    public var value: String

    /// A field from its parts.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    init(_ name: String, _ value: AttributeValue) {
        self.init(name: name, value: value.stored)
    }
}
