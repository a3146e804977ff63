/// The members of a JSON object, in the order in which they were set.
///
/// Two objects are equal when they have the same members, in whatever order.
public struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
    fileprivate struct Member: Sendable {
        let key: String
        var value: JSON
    }

    private var members: [Member]
    /// Where each key stands, once there are too many to look through.
    private var positions: Positions?

    private static let mostLookedThrough = 12

    /// An object without members.
    public init() { members = [] }

    /// An object without members, with room for some.
    init(minimumCapacity: Int) {
        members = []
        members.reserveCapacity(minimumCapacity)
    }

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
    public var keys: [String] { members.map(\.key) }

    /// The value of a member. A new one goes to the end; `nil` takes it away.
    public subscript(key: String) -> JSON? {
        get { position(of: key).map { members[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): members[position].value = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Adds another object's members; one that is there gets the new value, in its old place.
    public mutating func merge(_ other: JSONObject) {
        for (key, value) in other { self[key] = value }
    }

    /// Changes the value of the member that stands at a place, where it is.
    mutating func update(at position: Int, _ change: (inout JSON) -> Void) { change(&members[position].value) }

    /// Where a member stands among the others.
    func position(of key: String) -> Int? {
        if let positions { positions[key] } else { members.firstIndex { $0.key == key } }
    }

    private mutating func append(_ member: Member) {
        members.append(member)
        if positions != nil {
            add(member.key, at: members.count - 1)
        } else if members.count > Self.mostLookedThrough {
            index()
        }
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        positions = nil
        if members.count > Self.mostLookedThrough { index() }
    }

    private mutating func index() {
        positions = Positions(members.lazy.map(\.key))
    }

    private mutating func add(_ key: String, at position: Int) {
        if !isKnownUniquelyReferenced(&positions) { positions = positions?.copy() }
        positions?.add(key, at: position)
    }
}

/// Where each of an object's keys stands. A class, so that an object without it is as good as its array alone.
///
/// It is only changed by the one object that holds it.
private final class Positions: @unchecked Sendable {
    private var positions: [Spelling: Int]

    init(_ keys: some Sequence<String>) {
        positions = Dictionary(keys.enumerated().map { (Spelling($1), $0) }, uniquingKeysWith: { $1 })
    }

    private init(_ positions: [Spelling: Int]) { self.positions = positions }

    subscript(key: String) -> Int? { positions[key] }

    func copy() -> Positions { Positions(positions) }

    func add(_ key: String, at position: Int) { positions[key] = position }
}

extension JSONObject: Sequence {
    /// Goes through the members in order.
    public struct Iterator: IteratorProtocol {
        fileprivate var members: IndexingIterator<[Member]>

        /// The next member.
        public mutating func next() -> (key: String, value: JSON)? {
            members.next().map { (key: $0.key, value: $0.value) }
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
