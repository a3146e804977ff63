extension Library {
    static let control = [
        function("boolean", 1, "<x-:b>") { (call) throws(JSONataError) in
            call.has(0) ? .bool(try call.evaluation.isTrue(call[0])) : .undefined
        },
        function("not", 1, "<x-:b>") { (call) throws(JSONataError) in
            call.has(0) ? .bool(try !call.evaluation.isTrue(call[0])) : .undefined
        },
        function("error", 1, "<s?:x>", error),
        function("assert", 2, "<bs?:x>", assert),
    ]

    private static func error(_ call: Call) throws(JSONataError) -> Value {
        throw JSONataError(.d3137, message: call.text(0) ?? "$error() function evaluated")
    }

    private static func assert(_ call: Call) throws(JSONataError) -> Value {
        guard try call.evaluation.isTrue(call[0]) else {
            throw JSONataError(.d3141, message: call.text(1) ?? "$assert() statement failed")
        }
        return .undefined
    }

    /// How many levels reading an expression is as deep as.
    private static let evaluationLevels = 100

    /// Evaluates a text as an expression, for the input or for another value.
    static func evaluate(_ call: Call) throws(JSONataError) -> Value {
        guard let text = call.text(0) else { return .undefined }
        // What is read may be as deep as what reads it.
        try call.budget.spend(4 * text.utf8.count)
        let expression: Expression
        try call.evaluation.enter(evaluationLevels)
        defer { call.evaluation.leave(evaluationLevels) }
        do throws(JSONataError) {
            expression = try Expression(parsing: text, dialect: call.evaluation.dialect)
        } catch {
            throw JSONataError(.d3120, fields: [("value", JSON.string(error.message).text)])
        }
        var input = call.input
        if call.has(1) {
            input = call[1]
            if case .array(let array) = input, !array.isSequence {
                input = .array(ValueArray([input], [.sequence, .isInput]))
            }
        }
        do throws(JSONataError) {
            return try expression.evaluate(input, call.scope, call.evaluation)
        } catch {
            if error.isLimit { throw error }
            throw JSONataError(.d3121, fields: [("value", JSON.string(error.message).text)])
        }
    }
}
