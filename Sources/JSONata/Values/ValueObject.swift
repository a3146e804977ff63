import OrderedCollections

/// An object. It is one of JSON until something in it is a function, or until it is to be changed.
final class ValueObject {
    typealias Members = OrderedDictionary<Spelling, Value>

    enum Storage {
        case json(JSONObject)
        case members(Members)
    }

    /// Only a transformation changes it, and only in its own copy.
    private(set) var storage: Storage
    private(set) var depth: Int

    init(_ object: JSONObject) {
        storage = .json(object)
        depth = 0
    }

    init(_ members: Members) {
        storage = .members(members)
        depth = 1
        for value in members.values { depth = Swift.max(depth, value.depth + 1) }
    }

    /// Counts anew how deep it is, once something in it was changed.
    func measure(_ depth: Int) { self.depth = depth }

    var count: Int {
        switch storage {
        case .json(let object): object.count
        case .members(let members): members.count
        }
    }

    /// The value of a member; nothing where it is missing.
    subscript(key: String) -> Value {
        switch storage {
        case .json(let object): object[key].map { Value($0) } ?? .undefined
        case .members(let members): members[Spelling(key)] ?? .undefined
        }
    }

    var keys: [String] {
        switch storage {
        case .json(let object): object.keys
        case .members(let members): members.keys.map(\.text)
        }
    }

    /// Sets a member.
    func set(_ key: String, _ value: Value) { change { $0[Spelling(key)] = value } }

    /// Takes a member out.
    func remove(_ key: String) { change { $0[Spelling(key)] = nil } }

    private func change(_ change: (inout Members) -> Void) {
        var members =
            switch storage {
            case .members(let members): members
            case .json: Members(uniqueKeysWithValues: lazy.map { (Spelling($0.key), $0.value) })
            }
        storage = .json(JSONObject())
        change(&members)
        storage = .members(members)
    }
}

extension ValueObject: Sequence {
    struct Iterator: IteratorProtocol {
        fileprivate var json: JSONObject.Iterator?
        fileprivate var members: Members.Iterator?

        mutating func next() -> (key: String, value: Value)? {
            if let member = json?.next() { return (member.key, Value(member.value)) }
            if let member = members?.next() { return (member.key.text, member.value) }
            return nil
        }
    }

    func makeIterator() -> Iterator {
        switch storage {
        case .json(let object): Iterator(json: object.makeIterator(), members: nil)
        case .members(let members): Iterator(json: nil, members: members.makeIterator())
        }
    }

    var underestimatedCount: Int { count }
}
