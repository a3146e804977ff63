/// Which functions an expression has.
public struct Dialect: Sendable {
    /// The functions of JSONata.
    public static let jsonata = Dialect(functions: Library.functions)
    /// Those of Step Functions: `$partition`, `$range`, `$hash`, `$random` with a seed, `$uuid` and `$parse` more, and
    /// no `$eval`.
    public static let stepFunctions = Dialect(functions: Library.stepFunctions)

    let functions: [Spelling: NativeFunction]
}
