/// The members of a JSON object, in the order in which they were set.
///
/// Two objects are equal when they have the same members, in whatever order.
public struct JSONObject: Sendable, ExpressibleByDictionaryLiteral, Sequence {
    private var members: [(key: String, value: JSON)]
    /// Where each key stands, once there are too many to look through.
    private var positions: [String: Int] = [:]

    private static let mostLookedThrough = 12

    /// An object without members.
    public init() { members = [] }

    /// An object from a literal; of two members with one key the last one counts.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        members = []
        members.reserveCapacity(elements.count)
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
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    /// Goes through the members in order.
    public func makeIterator() -> IndexingIterator<[(key: String, value: JSON)]> { members.makeIterator() }

    private func position(of key: String) -> Int? {
        positions.isEmpty ? members.firstIndex { $0.key == key } : positions[key]
    }

    private mutating func append(_ key: String, _ value: JSON) {
        members.append((key, value))
        if !positions.isEmpty {
            positions[key] = members.count - 1
        } else if members.count > Self.mostLookedThrough {
            index()
        }
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        positions = [:]
        if members.count > Self.mostLookedThrough { index() }
    }

    private mutating func index() {
        positions = Dictionary(members.indices.map { (members[$0].key, $0) }, uniquingKeysWith: { $1 })
    }
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
