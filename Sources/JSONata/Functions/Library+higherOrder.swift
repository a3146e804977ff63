import OrderedCollections

extension Library {
    static let higherOrder = [
        function("map", 2, "<af>", map),
        function("filter", 2, "<af>", filter),
        function("single", 2, "<af?>", single),
        function("reduce", 3, "<afj?:j>", reduce),
        function("sift", 2, "<o-f?:o>", sift),
        function("each", 2, "<o-f:a>", each),
    ]

    private static func map(_ call: Call) throws(JSONataError) -> Value {
        guard case .array(let array) = call[0] else { return .undefined }
        var results: [Value] = []
        for (index, item) in array.enumerated() {
            let result = try call.evaluation.callForEach(call[1], item, .number(Double(index)), call[0])
            if !result.isUndefined { results.append(result) }
        }
        return try call.evaluation.sequence(results)
    }

    private static func filter(_ call: Call) throws(JSONataError) -> Value {
        guard case .array(let array) = call[0] else { return .undefined }
        var results: [Value] = []
        for (index, item) in array.enumerated()
        where try call.evaluation.isTrue(call.evaluation.callForEach(call[1], item, .number(Double(index)), call[0])) {
            results.append(item)
        }
        return try call.evaluation.sequence(results)
    }

    private static func single(_ call: Call) throws(JSONataError) -> Value {
        guard case .array(let array) = call[0] else { return .undefined }
        var found: Value?
        for (index, item) in array.enumerated() {
            let isWanted =
                call.has(1)
                ? try call.evaluation.isTrue(
                    call.evaluation.callForEach(call[1], item, .number(Double(index)), call[0])
                ) : true
            guard isWanted else { continue }
            guard found == nil else { throw JSONataError(.d3138) }
            found = item
        }
        guard let found else { throw JSONataError(.d3139) }
        return found
    }

    private static func reduce(_ call: Call) throws(JSONataError) -> Value {
        guard case .array(let array) = call[0] else { return .undefined }
        guard case .function(let function) = call[1], function.arity >= 2 else { throw JSONataError(.d3050) }
        var index = 0
        var result = call[2]
        if !call.has(2), array.count > 0 {
            result = array[0]
            index = 1
        }
        while index < array.count {
            var arguments = [result, array[index]]
            if function.arity >= 3 { arguments.append(.number(Double(index))) }
            if function.arity >= 4 { arguments.append(call[0]) }
            result = try call.evaluation.apply(call[1], arguments, .undefined)
            index += 1
        }
        return result
    }

    private static func sift(_ call: Call) throws(JSONataError) -> Value {
        guard case .object(let object) = call[0] else { return .undefined }
        var members: ValueObject.Members = [:]
        for (key, value) in object
        where try call.evaluation.isTrue(call.evaluation.callForEach(call[1], value, .string(key), call[0])) {
            members[Spelling(key)] = value
        }
        return members.isEmpty ? .undefined : try call.evaluation.object(members)
    }

    private static func each(_ call: Call) throws(JSONataError) -> Value {
        guard case .object(let object) = call[0] else { return .undefined }
        var results: [Value] = []
        for (key, value) in object {
            let result = try call.evaluation.callForEach(call[1], value, .string(key), call[0])
            if !result.isUndefined { results.append(result) }
        }
        return try call.evaluation.sequence(results)
    }
}
