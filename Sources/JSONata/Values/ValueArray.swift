/// An array or a sequence. A sequence is what a path makes: one of a single value is that value, and one of none is
/// nothing.
final class ValueArray {
    struct Flags: OptionSet {
        let rawValue: UInt8
        /// A sequence.
        static let sequence = Flags(rawValue: 1)
        /// One of a single value stays an array.
        static let keepsSingleton = Flags(rawValue: 2)
        /// The array that the whole input is, as one value.
        static let isInput = Flags(rawValue: 4)
        /// Made by an array constructor in a path: it stays an array there.
        static let isConstructed = Flags(rawValue: 8)
    }

    enum Storage {
        case values([Value])
        case json([JSON])
        /// The whole numbers from one on. They are made only where they are looked at.
        case range(from: Int, count: Int)
        case tuples([Tuple])
    }

    let storage: Storage
    let flags: Flags
    /// How deep what the expression made is in it. What came in as JSON does not count.
    private(set) var depth: Int

    init(_ storage: Storage, _ flags: Flags, depth: Int) {
        self.storage = storage
        self.flags = flags
        self.depth = depth
    }

    /// An array of JSON.
    convenience init(_ elements: [JSON]) { self.init(.json(elements), [], depth: 0) }

    /// A small array whose depth does not matter.
    convenience init(_ values: [Value], _ flags: Flags) {
        self.init(.values(values), flags, depth: Self.depth(of: values))
    }

    /// Counts anew how deep it is, once something in it was changed.
    func measure(_ depth: Int) { self.depth = depth }

    static func depth(of values: [Value]) -> Int {
        var depth = 0
        for value in values { depth = Swift.max(depth, value.depth) }
        return depth + 1
    }

    var isSequence: Bool { flags.contains(.sequence) }

    var isRange: Bool { if case .range = storage { true } else { false } }

    /// The items that carry bindings; `nil` where they carry none.
    var tuples: [Tuple]? { if case .tuples(let tuples) = storage { tuples } else { nil } }

    var count: Int {
        switch storage {
        case .values(let values): values.count
        case .json(let elements): elements.count
        case .range(_, let count): count
        case .tuples(let tuples): tuples.count
        }
    }

    subscript(index: Int) -> Value {
        switch storage {
        case .values(let values): values[index]
        case .json(let elements): Value(elements[index])
        case .range(let first, _): .number(Double(first + index))
        case .tuples(let tuples): tuples[index].item
        }
    }

    /// The same items with other flags.
    func with(_ flags: Flags) -> ValueArray { ValueArray(storage, flags, depth: depth) }

    /// A sequence as the value that it stands for.
    var collapsed: Value {
        guard isSequence, tuples == nil else { return .array(self) }
        return switch count {
        case 0: .undefined
        case 1: flags.contains(.keepsSingleton) ? .array(self) : self[0]
        default: .array(self)
        }
    }
}

extension ValueArray: Sequence {
    struct Iterator: IteratorProtocol {
        let array: ValueArray
        let count: Int
        var index = 0

        mutating func next() -> Value? {
            guard index < count else { return nil }
            defer { index += 1 }
            return array[index]
        }
    }

    func makeIterator() -> Iterator { Iterator(array: self, count: count) }

    var underestimatedCount: Int { count }
}

/// An item on its way along a path, and what was bound to it.
struct Tuple {
    var item: Value
    var bindings: [Binding]

    /// Binds a variable anew.
    mutating func bind(_ name: Name, _ value: Value) {
        if let index = bindings.firstIndex(where: { $0.name == name }) {
            bindings[index].value = value
        } else {
            bindings.append(Binding(name: name, value: value))
        }
    }
}
