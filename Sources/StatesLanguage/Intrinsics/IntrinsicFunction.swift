/// An intrinsic function: how many arguments it takes, and what it makes of them.
struct IntrinsicFunction: Sendable {
    /// With its prefix: `States.Array`.
    let name: String
    let arity: ClosedRange<Int>
    let evaluate: @Sendable (IntrinsicArguments) throws(IntrinsicError) -> JSON

    init(
        _ name: String,
        _ arity: ClosedRange<Int>,
        _ evaluate: @escaping @Sendable (IntrinsicArguments) throws(IntrinsicError) -> JSON
    ) {
        self.name = "States." + name
        self.arity = arity
        self.evaluate = evaluate
    }

    /// All functions of the language, by their names.
    static let all = Dictionary(
        uniqueKeysWithValues: (arrays + numbers + texts + encodings + documents).map { (Spelling($0.name), $0) }
    )

    /// What a function without an upper limit takes.
    static let many = 1_000
}
