import OrderedCollections

/// `{key: value}`: of an object, or of all items grouped by their keys.
final class ObjectNode: Node {
    struct Pair: Sendable {
        let key: any Node
        let value: any Node
    }

    private let pairs: [Pair]
    private let position: Int

    init(_ pairs: [Pair], at position: Int) {
        self.pairs = pairs
        self.position = position
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        try group(input, scope, evaluation)
    }

    /// The items that have one key.
    private struct Group {
        let pair: Int
        var tuples: [Tuple]

        /// Adds an item; `false` where another pair has made the same key.
        mutating func add(_ tuple: Tuple, of pair: Int) -> Bool {
            guard self.pair == pair else { return false }
            tuples.append(tuple)
            return true
        }
    }

    /// An object with a member for each key that the items have.
    func group(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        let array = input.array
        var groups: OrderedDictionary<Spelling, Group> = [:]
        if let tuples = array?.tuples {
            for tuple in tuples { try add(tuple, Scope(scope, tuple.bindings), &groups, evaluation) }
        } else if let array, array.count > 0 {
            for item in array { try add(Tuple(item: item, bindings: []), scope, &groups, evaluation) }
        } else {
            let item = array == nil ? input : .undefined
            try add(Tuple(item: item, bindings: []), scope, &groups, evaluation)
        }
        var members = ValueObject.Members(minimumCapacity: groups.count)
        for (key, group) in groups {
            let tuple = try Self.merge(group.tuples, evaluation)
            let inner = tuple.bindings.isEmpty ? scope : Scope(scope, tuple.bindings)
            let value = try evaluation.evaluate(pairs[group.pair].value, tuple.item, inner)
            if !value.isUndefined { members[key] = value }
        }
        return try evaluation.object(members)
    }

    private func add(
        _ tuple: Tuple,
        _ scope: Scope,
        _ groups: inout OrderedDictionary<Spelling, Group>,
        _ evaluation: Evaluation
    ) throws(JSONataError) {
        for (index, pair) in pairs.enumerated() {
            let key = try evaluation.evaluate(pair.key, tuple.item, scope)
            guard case .string(let text) = key else {
                if key.isUndefined { continue }
                throw JSONataError(.t1003, at: position, value: key)
            }
            guard groups[Spelling(text), default: Group(pair: index, tuples: [])].add(tuple, of: index) else {
                throw JSONataError(.d1009, at: position, value: key)
            }
        }
    }

    /// Several items as one: their values, and those of each binding, as arrays.
    private static func merge(_ tuples: [Tuple], _ evaluation: Evaluation) throws(JSONataError) -> Tuple {
        guard tuples.count > 1 else { return tuples[0] }
        var merged = Tuple(item: try evaluation.joined(tuples.lazy.map(\.item)), bindings: [])
        for binding in tuples[0].bindings {
            let values = tuples.compactMap { tuple in tuple.bindings.first { $0.name == binding.name }?.value }
            merged.bindings.append(Binding(name: binding.name, value: try evaluation.joined(values)))
        }
        return merged
    }
}

extension Evaluation {
    /// Values behind each other in an array, as `$append` joins them: one alone stays as it is.
    fileprivate func joined(_ values: some Sequence<Value>) throws(JSONataError) -> Value {
        let values = values.filter { !$0.isUndefined }
        guard values.count > 1 else { return values.first ?? .undefined }
        var joined: [Value] = []
        for value in values {
            switch value {
            case .array(let array):
                try budget.spend(array.count)
                joined.append(contentsOf: array)
            default: joined.append(value)
            }
        }
        return try array(joined)
    }
}
