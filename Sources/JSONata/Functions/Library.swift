/// The functions that expressions can call.
///
/// Source: the function library of JSONata 2.
enum Library {
    /// Those of JSONata.
    static let functions = table(
        texts + patterns + numbers + aggregates + arrays + objects + higherOrder + encodings + moments + control + [
            function("eval", 2, "<sx?:x>", evaluate),
            function("random", 0, "<:n>", random),
        ]
    )

    /// Those of Step Functions.
    static let stepFunctions = table(
        texts + patterns + numbers + aggregates + arrays + objects + higherOrder + encodings + moments + control
            + statesFunctions
    )

    private static func table(_ functions: [NativeFunction]) -> [Spelling: NativeFunction] {
        Dictionary(uniqueKeysWithValues: functions.map { (Spelling($0.name), $0) })
    }

    /// A function of the library. Its signature is one of ours: one that cannot be read ends the first test that runs.
    static func function(
        _ name: String,
        _ arity: Int,
        _ signature: String?,
        _ body: @escaping NativeFunction.Body
    ) -> NativeFunction {
        let read = signature.map { text in
            guard let signature = try? Signature(text, at: 0) else {
                preconditionFailure("the signature of $\(name) cannot be read: \(text)")
            }
            return signature
        }
        return NativeFunction(name, arity: arity, signature: read, body)
    }
}

extension Call {
    /// Whether an argument is there.
    func has(_ index: Int) -> Bool { !self[index].isUndefined }

    /// A text; `nil` where the argument is nothing.
    func text(_ index: Int) -> String? { self[index].string }

    /// A number; `nil` where the argument is nothing.
    func number(_ index: Int) throws(JSONataError) -> Double? { try self[index].number }

    /// A number rounded down; `nil` where the argument is nothing. What is beyond all lengths counts as the longest.
    func whole(_ index: Int) throws(JSONataError) -> Int? {
        guard let number = try number(index) else { return nil }
        return Int(max(-4e15, min(4e15, number.rounded(.down))))
    }

    var budget: Budget { evaluation.budget }
}
