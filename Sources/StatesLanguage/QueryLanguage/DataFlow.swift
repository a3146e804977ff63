/// The way of data into a state and out of it.
protocol DataFlow: Sendable {
    /// The part of the state's input that the state sees.
    func input(_ scope: DataScope) throws(StateFailure) -> JSON

    /// What the state works on.
    func payload(_ scope: DataScope) throws(StateFailure) -> Payload

    /// What all payloads of the state have in common.
    var payloadShape: PayloadShape { get }

    /// The output of a state that has no result.
    ///
    /// - Parameter scope: With what the state saw.
    func output(_ scope: DataScope) throws(StateFailure) -> JSON

    /// The output of a state that came to a result.
    ///
    /// - Parameter scope: With the state's input.
    func output(of result: JSON, _ scope: DataScope) throws(StateFailure) -> JSON

    /// The output of a state whose failure a rule of `Catch` covers.
    ///
    /// - Parameter scope: With the state's input.
    func output(ofError error: JSON, _ scope: DataScope) throws(StateFailure) -> JSON

    /// Whether the output depends on the result.
    var usesResult: Bool { get }

    /// Whether the output of a state without a result can hold more than its input did.
    var gathers: Bool { get }

    /// Whether the output of a state that came to a result can hold more than its input did.
    var makesData: Bool { get }

    /// Whether the data goes through paths: `InputPath`, `ItemsPath` and so on.
    var hasPaths: Bool { get }

    /// Shows the stages before the state's work, for a test of the state; of those, the ones in front of a failure.
    func inspectInput(_ scope: DataScope, _ show: (InspectedStage, JSON) -> Void) throws(StateFailure)

    /// Shows the stages after the state's work in the same way.
    ///
    /// - Parameter scope: With the state's input.
    func inspectOutput(
        of result: JSON,
        _ scope: DataScope,
        _ show: (InspectedStage, JSON) -> Void
    ) throws(StateFailure)
}

/// A way with `Arguments` and `Output`, and no stages between them.
extension DataFlow {
    var hasPaths: Bool { false }

    func inspectInput(_ scope: DataScope, _ show: (InspectedStage, JSON) -> Void) throws(StateFailure) {
        show(.afterArguments, try payload(scope).json)
    }

    func inspectOutput(
        of result: JSON,
        _ scope: DataScope,
        _ show: (InspectedStage, JSON) -> Void
    ) throws(StateFailure) {}
}

/// The stages of the way that a type of state has.
struct DataStages: OptionSet {
    let rawValue: Int

    /// Takes a part of its input: `InputPath`.
    static let input = DataStages(rawValue: 1)
    /// Makes what it works on: `Parameters`.
    static let parameters = DataStages(rawValue: 2)
    /// Makes its result from what its work came to: `ResultSelector`.
    static let selector = DataStages(rawValue: 4)
    /// Puts its result into its input: `ResultPath`.
    static let result = DataStages(rawValue: 8)
    /// Takes a part of its output: `OutputPath`.
    static let output = DataStages(rawValue: 16)
    /// Makes what it works on in JSONata too: `Arguments`.
    static let arguments = DataStages(rawValue: 32)
    /// Hands on an error that is caught.
    static let error = DataStages(rawValue: 64)
}
