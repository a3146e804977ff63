extension IntrinsicFunction {
    /// `States.StringToJson`, `States.JsonToString`, `States.JsonMerge`.
    static let documents = [
        IntrinsicFunction("StringToJson", 1...1) { arguments throws(IntrinsicError) in
            let text = try arguments.string(0)
            do {
                return try JSON(parsing: text)
            } catch {
                throw arguments.failure("the text must be JSON (\(error))")
            }
        },
        IntrinsicFunction("JsonToString", 1...1) { arguments throws(IntrinsicError) in .string(arguments.values[0].text)
        },
        IntrinsicFunction("JsonMerge", 3...3) { arguments throws(IntrinsicError) in
            guard arguments.values[2].boolValue == false else {
                throw arguments.wrong(2, "false: objects are merged by their own members alone")
            }
            var merged = try arguments.object(0)
            for (key, value) in try arguments.object(1) { merged[key] = value }
            return .object(merged)
        },
    ]
}
