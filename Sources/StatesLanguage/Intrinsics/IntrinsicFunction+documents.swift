extension IntrinsicFunction {
    /// `States.StringToJson`, `States.JsonToString`, `States.JsonMerge`.
    static let documents = [
        IntrinsicFunction("StringToJson", 1...1) { arguments throws(IntrinsicError) in
            let text = try arguments.string(0)
            // Every third byte can be another value.
            try arguments.spend(bytes: 4 * text.utf8.count)
            // AWS reads a text without a value as null.
            guard text.unicodeScalars.contains(where: { !" \t\n\r".unicodeScalars.contains($0) }) else { return .null }
            do {
                return try JSON(parsing: text)
            } catch {
                throw arguments.failure("the text must be JSON (\(error))")
            }
        },
        IntrinsicFunction("JsonToString", 1...1) { arguments throws(IntrinsicError) in
            let value = arguments.values[0]
            try arguments.spend(writing: value)
            return .string(value.text)
        },
        IntrinsicFunction("JsonMerge", 3...3) { arguments throws(IntrinsicError) in
            guard arguments.values[2].boolValue == false else {
                throw arguments.wrong(2, "false: objects are merged by their own members alone")
            }
            var merged = try arguments.object(0)
            let added = try arguments.object(1)
            try arguments.spend(merged.count + added.count)
            for (key, value) in added { merged[key] = value }
            return .object(merged)
        },
    ]
}
