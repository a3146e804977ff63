extension Library {
    static let aggregates = [
        function("sum", 1, "<a<n>:n>") { (call) throws(JSONataError) in
            try aggregate(call) { (values) throws(JSONataError) in try reduce(values, 0, +) }
        },
        function("max", 1, "<a<n>:n>") { (call) throws(JSONataError) in
            try aggregate(call) { (values) throws(JSONataError) in
                values.count == 0 ? nil : try reduce(values, -.infinity) { $1 > $0 ? $1 : $0 }
            }
        },
        function("min", 1, "<a<n>:n>") { (call) throws(JSONataError) in
            try aggregate(call) { (values) throws(JSONataError) in
                values.count == 0 ? nil : try reduce(values, .infinity) { $1 < $0 ? $1 : $0 }
            }
        },
        function("average", 1, "<a<n>:n>") { (call) throws(JSONataError) in
            try aggregate(call) { (values) throws(JSONataError) in
                values.count == 0 ? nil : try reduce(values, 0, +) / Double(values.count)
            }
        },
        function("count", 1, "<a:n>", count),
    ]

    private static func aggregate(
        _ call: Call,
        _ result: (ValueArray) throws(JSONataError) -> Double?
    ) throws(JSONataError) -> Value {
        guard case .array(let array) = call[0] else { return .undefined }
        try call.budget.spend(array.count / 4)
        return try result(array).map { .number($0) } ?? .undefined
    }

    private static func reduce(
        _ values: ValueArray,
        _ first: Double,
        _ combine: (Double, Double) -> Double
    ) throws(JSONataError) -> Double {
        var result = first
        for value in values { result = combine(result, try value.number ?? .nan) }
        return result
    }

    private static func count(_ call: Call) throws(JSONataError) -> Value {
        .number(Double(call[0].array?.count ?? 0))
    }
}
