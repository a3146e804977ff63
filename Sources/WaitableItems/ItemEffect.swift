import JSONValues

/// A write to an item, carried out by the commit of the execution that asked for it. Behind a reference, as what looks at it hands
/// it around.
package indirect enum ItemEffect: Sendable, Equatable {
    /// The item gets values for the fields of a form. Those of an update include the key attribute, so that a new item is
    /// whole.
    case write(ItemKey, ItemForm, values: [String])
    /// Removes the item.
    case delete(ItemKey)
    /// What only Redis can decide: its outcome comes back with the commit, as an outcome.
    ///
    /// - makesNew: Whether it waits above the high-water mark.
    case evaluate(ItemKey, program: String, task: Int, makesNew: Bool)
    /// The same of a program that only reads, and goes from one partition to the next until one of them has something for it:
    /// its outcome comes as a message, from the execution's own partition too.
    case tour(ItemKey, program: String, task: Int)

    /// Hands out the arguments that the functions `waitable_accept` and `waitable_commit` take for it.
    package func appendArguments(_ append: (String) -> Void) {
        switch self {
        case .write(let key, let form, let values):
            append(form.word)
            append(key.suffix)
            for value in values { append(value) }
        case .delete(let key):
            append("delete")
            append(key.suffix)
        case .evaluate(let key, let program, _, _):
            append("evaluate")
            append(key.suffix)
            append(program)
        case .tour(let key, let program, _):
            append("evaluate")
            append(key.suffix)
            append(program)
        }
    }

    /// Whether it goes by a message even to the execution's own partition.
    package var isTour: Bool { if case .tour = self { true } else { false } }

    /// Whether it puts an item, or may make one much larger: a small update does not, as it is what lets work end.
    package var makesNew: Bool {
        switch self {
        case .write(_, let form, _): form.kind == .put || writtenBytes > ItemOperation.smallUpdate
        case .evaluate(_, _, _, let makesNew): makesNew
        case .delete, .tour: false
        }
    }

    /// What it writes, in bytes: fields and values, or its program.
    package var writtenBytes: Int {
        switch self {
        case .write(_, let form, let values): values.reduce(form.word.utf8.count) { $0 + $1.utf8.count }
        case .evaluate(_, let program, _, _), .tour(_, let program, _): program.utf8.count
        case .delete: 0
        }
    }

    /// The item.
    package var key: ItemKey {
        switch self {
        case .write(let key, _, _), .delete(let key), .evaluate(let key, _, _, _),
            .tour(let key, _, _):
            key
        }
    }
}

/// One field of an item's hash.
package struct ItemField: Sendable, Hashable {
    /// The attribute's name.
    package var name: String
    /// The value in its stored form, ``AttributeValue/stored``.
    package var value: String

    /// A field from its parts.
    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
