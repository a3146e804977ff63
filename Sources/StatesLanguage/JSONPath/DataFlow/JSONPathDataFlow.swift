/// The stages that data goes through on its way into a state and out of it, in their order.
///
/// Source: Amazon States Language, "Input and Output Processing".
struct JSONPathDataFlow: DataFlow {
    private let inputPath: InputPath
    private let parameters: Parameters?
    private let resultSelector: ResultSelector?
    private let resultPath: ResultPath
    private let outputPath: OutputPath

    init(_ stages: DataStages, _ fields: inout FieldReader) {
        inputPath = stages.contains(.input) ? InputPath(&fields) : InputPath()
        outputPath = stages.contains(.output) ? OutputPath(&fields) : OutputPath()
        parameters = stages.contains(.parameters) ? Parameters(&fields) : nil
        resultPath = stages.contains(.result) ? ResultPath(&fields) : ResultPath()
        resultSelector = stages.contains(.selector) ? ResultSelector(&fields) : nil
    }

    func input(_ scope: DataScope) throws(StateFailure) -> JSON { try inputPath.apply(scope) }

    func payload(_ scope: DataScope) throws(StateFailure) -> Payload {
        guard let parameters else { return Payload(try inputPath.apply(scope)) }
        if inputPath.takesAll { return try parameters.apply(scope) }
        return try parameters.apply(scope.with(try inputPath.apply(scope)))
    }

    var payloadShape: PayloadShape { parameters?.shape ?? .whole }

    func output(_ scope: DataScope) throws(StateFailure) -> JSON { try outputPath.apply(scope) }

    func output(of result: JSON, _ scope: DataScope) throws(StateFailure) -> JSON {
        if resultPath.dropsResult, resultSelector == nil { return try outputPath.apply(scope) }
        let selected = try resultSelector?.apply(scope.with(result)) ?? result
        return try outputPath.apply(scope.with(try resultPath.apply(selected, scope)))
    }

    func output(ofError error: JSON, _ scope: DataScope) throws(StateFailure) -> JSON {
        try output(of: error, scope)
    }

    var usesResult: Bool { resultSelector != nil || !resultPath.dropsResult }

    var gathers: Bool { inputPath.gathers || outputPath.gathers }

    var makesData: Bool { !resultPath.dropsResult || !outputPath.takesAll }

    var hasPaths: Bool { true }

    func inspectInput(_ scope: DataScope, _ show: (InspectedStage, JSON) -> Void) throws(StateFailure) {
        let seen = try inputPath.apply(scope)
        show(.afterInputPath, seen)
        if let parameters {
            show(.afterParameters, try parameters.apply(scope.with(seen)).json)
        } else {
            show(.afterParameters, seen)
        }
    }

    func inspectOutput(
        of result: JSON,
        _ scope: DataScope,
        _ show: (InspectedStage, JSON) -> Void
    ) throws(StateFailure) {
        let selected = try resultSelector?.apply(scope.with(result)) ?? result
        show(.afterResultSelector, selected)
        show(.afterResultPath, try resultPath.apply(selected, scope))
    }
}
