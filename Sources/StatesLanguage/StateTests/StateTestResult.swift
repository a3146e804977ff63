/// What the test of a state came to.
public struct StateTestResult: Sendable, Equatable {
    /// How the state was left.
    public enum Status: String, Sendable {
        /// It came to an output.
        case succeeded = "SUCCEEDED"
        /// It failed.
        case failed = "FAILED"
        /// It failed, and would be tried again.
        case retriable = "RETRIABLE"
        /// It failed, and a catcher leads on.
        case caught = "CAUGHT_ERROR"
    }

    /// How much of a test is shown.
    public enum Level: String, Sendable, CaseIterable {
        /// What it came to.
        case info = "INFO"
        /// The data at each stage too.
        case debug = "DEBUG"
        /// The same: no request goes out that could be shown.
        case trace = "TRACE"
    }

    /// How the state was left.
    public var status: Status
    /// The output; `nil` for a state that hands nothing on.
    public var output: JSON?
    /// What failed, and why.
    public var error: String?
    /// Why it failed.
    public var cause: String?
    /// The state that comes next; `nil` where the flow ends.
    public var nextState: String?
    /// The data at each stage, and what was done about a failure.
    public var inspection = JSONObject()

    /// The result as `TestState` answers it.
    public func json(_ level: Level) -> JSONObject {
        var object: JSONObject = ["status": .string(status.rawValue)]
        object["output"] = output.map { .string($0.text) }
        object["error"] = error.map(JSON.string)
        object["cause"] = cause.map(JSON.string)
        object["nextState"] = nextState.map(JSON.string)
        if level != .info { object["inspectionData"] = .object(inspection) }
        return object
    }
}

/// A stage of a state's data that a test shows, by the name it has there.
enum InspectedStage: String, Sendable {
    case afterArguments
    case afterInputPath
    case afterParameters
    case afterItemsPath
    case afterItemSelector
    case afterItemBatcher
    case result
    case afterResultSelector
    case afterResultPath
}

extension State {
    /// The stages of the state's type that AWS shows.
    var inspectedStages: Set<InspectedStage> {
        switch kind {
        case .task:
            [.afterArguments, .afterInputPath, .afterParameters, .result, .afterResultSelector, .afterResultPath]
        case .pass: [.afterInputPath, .afterParameters, .result, .afterResultPath]
        case .choice, .wait, .succeed: [.afterInputPath]
        case .fail: []
        case .parallel: [.afterResultSelector, .afterResultPath]
        case .map:
            [
                .afterInputPath, .afterItemsPath, .afterItemSelector, .afterItemBatcher, .afterResultSelector,
                .afterResultPath,
            ]
        }
    }
}
