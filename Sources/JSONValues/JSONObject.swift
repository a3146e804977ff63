import OrderedCollections

/// The members of a JSON object, in the order in which they were set.
///
/// Two objects are equal when they have the same members, in whatever order.
public struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
    private var members: OrderedDictionary<Spelling, JSON>

    /// An object without members.
    public init() { members = [:] }

    /// An object without members, with room for some.
    package init(minimumCapacity: Int) { members = OrderedDictionary(minimumCapacity: minimumCapacity) }

    /// An object from a literal; of two members with one key the last one counts.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self.init(minimumCapacity: elements.count)
        for (key, value) in elements { self[key] = value }
    }

    /// How many members there are.
    public var count: Int { members.count }
    /// Whether there are no members.
    public var isEmpty: Bool { members.isEmpty }
    /// The keys, in order.
    public var keys: [String] { members.keys.map(\.text) }

    /// The value of a member. A new one goes to the end; `nil` takes it away.
    public subscript(key: String) -> JSON? {
        get { members[Spelling(key)] }
        set { members[Spelling(key)] = newValue }
    }

    /// Adds another object's members; one that is there gets the new value, in its old place.
    public mutating func merge(_ other: JSONObject) {
        for (key, value) in other { self[key] = value }
    }

    /// Changes the value of the member that stands at a place, where it is.
    package mutating func update(at position: Int, _ change: (inout JSON) -> Void) { change(&members.values[position]) }

    /// Where a member stands among the others.
    package func position(of key: String) -> Int? { members.index(forKey: Spelling(key)) }
}

extension JSONObject: Sequence {
    /// Goes through the members in order.
    public struct Iterator: IteratorProtocol {
        fileprivate var members: OrderedDictionary<Spelling, JSON>.Iterator

        /// The next member.
        public mutating func next() -> (key: String, value: JSON)? {
            members.next().map { (key: $0.key.text, value: $0.value) }
        }
    }

    /// Goes through the members in order.
    public func makeIterator() -> Iterator { Iterator(members: members.makeIterator()) }

    /// How many members there are.
    public var underestimatedCount: Int { count }
}

extension JSONObject: Hashable {
    /// Whether both have the same members.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.allSatisfy { right[$0.key] == $0.value }
    }

    /// Hashes the members without regard to their order.
    public func hash(into hasher: inout Hasher) {
        var all = 0
        for (key, value) in self {
            var member = Hasher()
            member.combine(key)
            member.combine(value)
            all ^= member.finalize()
        }
        hasher.combine(all)
    }
}
