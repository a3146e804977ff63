extension Library {
    static let arrays = [
        function("append", 2, "<xx:a>", append),
        function("reverse", 1, "<a:a>", reverse),
        function("shuffle", 1, "<a:a>", shuffle),
        function("distinct", 1, "<x:x>", distinct),
        function("zip", 0, "<a+>", zip),
        function("exists", 1, "<x:b>") { call in .bool(call.has(0)) },
        function("sort", 2, "<af?:a>", sort),
    ]

    private static func append(_ call: Call) throws(JSONataError) -> Value {
        if !call.has(0) { return call[1] }
        if !call.has(1) { return call[0] }
        let (one, two) = (call[0].array?.count ?? 1, call[1].array?.count ?? 1)
        try call.budget.spend(one + two)
        return try call.evaluation.array(values(call[0]) + values(call[1]))
    }

    /// The items of an array; anything else as one.
    static func values(_ value: Value) -> [Value] { value.array.map { Array($0) } ?? [value] }

    private static func reverse(_ call: Call) throws(JSONataError) -> Value {
        guard case .array(let array) = call[0], array.count > 1 else { return call[0] }
        try call.budget.spend(array.count)
        return try call.evaluation.array(array.reversed())
    }

    private static func shuffle(_ call: Call) throws(JSONataError) -> Value {
        guard case .array(let array) = call[0], array.count > 1 else { return call[0] }
        try call.budget.spend(array.count)
        var values = Array(array)
        for index in values.indices.dropFirst() {
            values.swapAt(index, Int(randomUnit(call) * Double(index + 1)))
        }
        return try call.evaluation.array(values)
    }

    private static func distinct(_ call: Call) throws(JSONataError) -> Value {
        guard case .array(let array) = call[0], array.count > 1 else { return call[0] }
        try call.budget.spend(2 * array.count)
        var results: [Value] = []
        var buckets: [Int: [Int]] = [:]
        for value in array {
            let hash = try call.evaluation.hash(value)
            var isNew = true
            for index in buckets[hash] ?? [] where try call.evaluation.isEqual(results[index], value) { isNew = false }
            guard isNew else { continue }
            buckets[hash, default: []].append(results.count)
            results.append(value)
        }
        return try call.evaluation.array(results, array.isSequence ? .sequence : [])
    }

    private static func zip(_ call: Call) throws(JSONataError) -> Value {
        let arrays = call.arguments.map { $0.array ?? ValueArray([], []) }
        var rows: [Value] = []
        for index in 0..<(arrays.map(\.count).min() ?? 0) {
            rows.append(try call.evaluation.array(arrays.map { $0[index] }))
        }
        return try call.evaluation.array(rows)
    }

    private static func sort(_ call: Call) throws(JSONataError) -> Value {
        guard case .array(let array) = call[0], array.count > 1 else { return call[0] }
        try call.budget.spend(array.count)
        let values = Array(array)
        let (evaluation, comparator) = (call.evaluation, call[1])
        if comparator.isUndefined { return try evaluation.array(try sorted(values, evaluation)) }
        let sorted = try mergeSorted(values) { (one, two) throws(JSONataError) in
            try evaluation.isTrue(evaluation.apply(comparator, [one, two], .undefined))
        }
        return try evaluation.array(sorted)
    }

    /// Numbers or texts in their own order.
    private static func sorted(_ values: [Value], _ evaluation: Evaluation) throws(JSONataError) -> [Value] {
        var (hasNumbers, hasTexts) = (false, false)
        for value in values {
            switch value {
            case .number: hasNumbers = true
            case .string: hasTexts = true
            default: throw JSONataError(.d3070)
            }
        }
        guard hasNumbers != hasTexts else { throw JSONataError(.d3070) }
        return try mergeSorted(values) { (one, two) throws(JSONataError) in
            try evaluation.budget.spend(1)
            switch (one, two) {
            case (.number(let one), .number(let two)): return one > two
            case (.string(let one), .string(let two)):
                try evaluation.budget.spend(bytes: min(one.utf8.count, two.utf8.count))
                return one.utf16Order(two) > 0
            default: return false
            }
        }
    }
}

extension Evaluation {
    /// A number that is the same for values that are equal.
    func hash(_ value: Value) throws(JSONataError) -> Int {
        var hasher = Hasher()
        try budget.spend(1)
        switch value {
        case .undefined, .null, .function: hasher.combine(value.typeSymbol)
        case .bool(let bool): hasher.combine(bool)
        case .number(let number): hasher.combine(number)
        case .string(let text):
            try budget.spend(bytes: text.utf8.count)
            hasher.combine(text)
        case .array(let array):
            hasher.combine(array.count)
            for item in array { hasher.combine(try hash(item)) }
        case .object(let object):
            var all = object.count
            for (key, value) in object {
                var member = Hasher()
                member.combine(key)
                member.combine(try hash(value))
                all ^= member.finalize()
            }
            hasher.combine(all)
        }
        return hasher.finalize()
    }
}
