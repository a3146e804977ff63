/// A name: the member of an object, or those of all objects of an array.
final class NameNode: Node {
    let name: String

    init(_ name: String) { self.name = name }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        try evaluation.lookup(name, in: input)
    }
}

extension Evaluation {
    /// The member of an object; of an array, those of its objects, and of the arrays in it, as a sequence.
    func lookup(_ name: String, in value: Value) throws(JSONataError) -> Value {
        switch value {
        case .object(let object): return object[name]
        case .array(let array):
            var found: [Value] = []
            try collect(name, in: array, &found)
            return try sequence(found)
        default: return .undefined
        }
    }

    private func collect(_ name: String, in array: ValueArray, _ found: inout [Value]) throws(JSONataError) {
        if array.isRange { return }
        try budget.spend(array.count)
        for item in array {
            switch item {
            case .object(let object):
                switch object[name] {
                case .undefined: break
                case .array(let values):
                    try budget.spend(values.count)
                    found.append(contentsOf: values)
                case let value: found.append(value)
                }
            case .array(let inner): try collect(name, in: inner, &found)
            default: break
            }
        }
    }
}

/// `*`: the values of all members.
final class WildcardNode: Node {
    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        var results: [Value] = []
        var hasArray = false
        func add(_ value: Value) throws(JSONataError) {
            guard case .array(let array) = value else { return results.append(value) }
            hasArray = true
            try evaluation.flatten(array, &results)
        }
        switch input {
        case .object(let object): for (_, value) in object { try add(value) }
        case .array(let array):
            let isInput = array.flags.contains(.isInput)
            if isInput, case .object(let object) = array[0] {
                for (_, value) in object { try add(value) }
            } else {
                for value in isInput ? array[0].array ?? array : array { try add(value) }
            }
        default: break
        }
        return try evaluation.array(results, hasArray ? [] : .sequence)
    }
}

/// `**`: the input and everything in it.
final class DescendantsNode: Node {
    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        guard !input.isUndefined else { return .undefined }
        var results: [Value] = []
        try evaluation.descend(input, &results)
        return results.count == 1 ? results[0] : try evaluation.sequence(results)
    }
}

extension Evaluation {
    /// Adds the values of an array, and of the arrays in it.
    func flatten(_ array: ValueArray, _ results: inout [Value]) throws(JSONataError) {
        try budget.spend(array.count)
        for value in array {
            if case .array(let inner) = value { try flatten(inner, &results) } else { results.append(value) }
        }
    }

    fileprivate func descend(_ value: Value, _ results: inout [Value]) throws(JSONataError) {
        try budget.spend(1)
        switch value {
        case .array(let array): for item in array { try descend(item, &results) }
        case .object(let object):
            results.append(value)
            for (_, member) in object { try descend(member, &results) }
        default: results.append(value)
        }
    }
}
