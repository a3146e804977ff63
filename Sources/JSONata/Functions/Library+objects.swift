import OrderedCollections

extension Library {
    static let objects = [
        function("keys", 1, "<x-:a<s>>", keys),
        function("lookup", 2, "<x-s:x>", lookup),
        function("spread", 1, "<x-:a<o>>", spread),
        function("merge", 1, "<a<o>:o>", merge),
        function("clone", 1, "<(oa)-:o>") { call in call[0] },
        function("type", 1, "<x:s>", type),
    ]

    private static func keys(_ call: Call) throws(JSONataError) -> Value {
        var keys: OrderedSet<Spelling> = []
        func add(_ value: Value) throws(JSONataError) {
            switch value {
            case .object(let object):
                try call.budget.spend(object.count)
                keys.append(contentsOf: object.keys.lazy.map { Spelling($0) })
            case .array(let array) where !array.isRange:
                try call.budget.spend(array.count)
                for item in array { try add(item) }
            default: break
            }
        }
        try add(call[0])
        return try call.evaluation.sequence(keys.map { .string($0.text) })
    }

    private static func lookup(_ call: Call) throws(JSONataError) -> Value {
        guard let key = call.text(1) else { return .undefined }
        return try call.evaluation.lookup(key, in: call[0])
    }

    private static func spread(_ call: Call) throws(JSONataError) -> Value {
        var results: [Value] = []
        switch call[0] {
        case .array(let array):
            if array.count == 0 { return .undefined }
            try spread(call[0], &results, call)
            return try call.evaluation.array(results)
        case .object:
            try spread(call[0], &results, call)
            return try call.evaluation.sequence(results)
        default: return call[0]
        }
    }

    /// Adds an object for each member of an object, and of the objects of an array.
    private static func spread(_ value: Value, _ results: inout [Value], _ call: Call) throws(JSONataError) {
        switch value {
        case .array(let array):
            try call.budget.spend(array.count)
            for item in array { try spread(item, &results, call) }
        case .object(let object):
            for (key, value) in object { results.append(try call.evaluation.object([Spelling(key): value])) }
        default: results.append(value)
        }
    }

    private static func merge(_ call: Call) throws(JSONataError) -> Value {
        guard case .array(let array) = call[0] else { return .undefined }
        var members: ValueObject.Members = [:]
        for case .object(let object) in array {
            try call.budget.spend(object.count)
            for (key, value) in object { members[Spelling(key)] = value }
        }
        return try call.evaluation.object(members)
    }

    private static func type(_ call: Call) throws(JSONataError) -> Value {
        switch call[0] {
        case .undefined: .undefined
        case .null: .string("null")
        case .bool: .string("boolean")
        case .number: .string("number")
        case .string: .string("string")
        case .array: .string("array")
        case .object: .string("object")
        case .function: .string("function")
        }
    }
}
