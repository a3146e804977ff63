import OrderedCollections

/// `|pattern|update,deletion|`: a function that gives a copy of a value, changed where the pattern matches.
final class TransformNode: Node {
    private let pattern: any Node
    private let update: any Node
    private let deletion: (any Node)?
    private let position: Int

    init(_ pattern: any Node, _ update: any Node, _ deletion: (any Node)?, at position: Int) {
        self.pattern = pattern
        self.update = update
        self.deletion = deletion
        self.position = position
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        try evaluation.keep(scope)
        return try evaluation.function(.transform(self, scope: scope), holding: [])
    }

    /// A changed copy.
    func apply(_ value: Value, _ scope: Scope, _ evaluation: Evaluation, _ name: String?) throws(JSONataError) -> Value
    {
        switch value {
        case .undefined: return .undefined
        case .object, .array: break
        default: throw JSONataError(.t0410, at: position, token: name, fields: [("index", "1")])
        }
        try evaluation.enter(3)
        defer { evaluation.leave(3) }
        var copy = try evaluation.copy(value)
        if let clone = scope.lookup(Name("clone")) {
            guard clone.isFunction else { throw JSONataError(.t2013, at: position) }
            copy = try evaluation.copy(try evaluation.apply(clone, [value], .undefined, scope))
        }
        let matches = try evaluation.evaluate(pattern, copy, scope)
        switch matches {
        case .undefined: break
        case .array(let array): for match in array { try change(match, scope, evaluation) }
        default: try change(matches, scope, evaluation)
        }
        _ = try evaluation.measure(copy)
        return copy
    }

    private func change(_ match: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) {
        let update = try evaluation.evaluate(update, match, scope)
        switch update {
        case .undefined: break
        case .object(let members):
            guard case .object(let object) = match else { break }
            try evaluation.budget.spend(members.count * 4)
            for (key, value) in members { object.set(key, value) }
        default: throw JSONataError(.t2011, at: position, value: update)
        }
        guard let deletion else { return }
        let keys = try evaluation.evaluate(deletion, match, scope)
        if keys.isUndefined { return }
        for key in keys.array ?? ValueArray([keys], []) {
            guard case .string(let name) = key else { throw JSONataError(.t2012, at: position, value: keys) }
            if case .object(let object) = match { object.remove(name) }
        }
    }
}

extension Evaluation {
    /// A copy of a value with all that is in it, made of objects that can be changed.
    fileprivate func copy(_ value: Value) throws(JSONataError) -> Value {
        switch value {
        case .array(let array):
            try budget.spend(2 + array.count)
            var values: [Value] = []
            values.reserveCapacity(array.count)
            for item in array { values.append(try copy(item)) }
            return .array(try valueArray(values, []))
        case .object(let object):
            var members = ValueObject.Members(minimumCapacity: object.count)
            for (key, value) in object { members[Spelling(key)] = try copy(value) }
            return try self.object(members)
        default: return value
        }
    }

    /// How deep a copy is after its changes. Something can have been put in far below its top.
    fileprivate func measure(_ value: Value) throws(JSONataError) -> Int {
        var depth = 0
        switch value {
        case .array(let array):
            guard array.depth > 0 else { return 0 }
            try budget.spend(array.count)
            for item in array { depth = max(depth, try measure(item)) }
            array.measure(depth + 1)
        case .object(let object):
            guard object.depth > 0 else { return 0 }
            try budget.spend(object.count)
            for (_, member) in object { depth = max(depth, try measure(member)) }
            object.measure(depth + 1)
        default: return value.depth
        }
        try check(depth + 1)
        return depth + 1
    }
}
