/// The way of data through a state of JSONata: what it works on is made from its input, and its output from that and from
/// its result.
///
/// Source: AWS Step Functions developer guide, "Transforming data with Arguments and Output".
struct JSONataDataFlow: DataFlow {
    private let arguments: ExpressionTemplate?
    private let output: ExpressionTemplate?
    /// Whether the state comes to something that its input does not hold.
    private let hasOutcome: Bool

    init(_ stages: DataStages, _ fields: inout FieldReader) {
        arguments = stages.contains(.arguments) ? fields.expressionTemplate("Arguments") : nil
        hasOutcome = !stages.isDisjoint(with: [.selector, .error])
        output =
            if stages.isDisjoint(with: [.output, .error]) {
                nil
            } else {
                fields.seeing(stages.contains(.error) ? .error : hasOutcome ? .result : nil) {
                    $0.expressionTemplate("Output")
                }
            }
    }

    func input(_ scope: DataScope) throws(StateFailure) -> JSON { scope.input }

    func payload(_ scope: DataScope) throws(StateFailure) -> Payload {
        if let arguments { try arguments.payload(scope) } else { Payload(scope.input) }
    }

    var payloadShape: PayloadShape { arguments?.shape ?? .whole }

    func output(_ scope: DataScope) throws(StateFailure) -> JSON { try output?.value(scope) ?? scope.input }

    func output(of result: JSON, _ scope: DataScope) throws(StateFailure) -> JSON {
        try output?.value(hasOutcome ? scope.with(result: result) : scope) ?? result
    }

    func output(ofError error: JSON, _ scope: DataScope) throws(StateFailure) -> JSON {
        try output?.value(scope.with(error: error)) ?? error
    }

    var usesResult: Bool { output?.seesOutcome ?? true }

    var gathers: Bool { output != nil }

    var makesData: Bool { output != nil || hasOutcome }
}
