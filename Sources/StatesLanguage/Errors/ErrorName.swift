/// The error names that the language predefines.
///
/// Source: Amazon States Language, "Errors", Appendix A.
enum ErrorName {
    static let all = "States.ALL"
    static let taskFailed = "States.TaskFailed"
    static let timeout = "States.Timeout"
    static let heartbeatTimeout = "States.HeartbeatTimeout"
    static let runtime = "States.Runtime"
    static let dataLimitExceeded = "States.DataLimitExceeded"
    static let noChoiceMatched = "States.NoChoiceMatched"
    static let resultPathMatchFailure = "States.ResultPathMatchFailure"
    static let parameterPathFailure = "States.ParameterPathFailure"
    static let permissions = "States.Permissions"
    static let branchFailed = "States.BranchFailed"
    static let intrinsicFailure = "States.IntrinsicFailure"
    static let exceedToleratedFailureThreshold = "States.ExceedToleratedFailureThreshold"
    static let itemReaderFailed = "States.ItemReaderFailed"
    static let resultWriterFailed = "States.ResultWriterFailed"
    static let queryEvaluationError = "States.QueryEvaluationError"

    /// Whether a name that begins with `States.` is one of the language's.
    static let predefined = Set<Spelling>([
        all, taskFailed, timeout, heartbeatTimeout, runtime, dataLimitExceeded, noChoiceMatched, resultPathMatchFailure,
        parameterPathFailure, permissions, branchFailed, intrinsicFailure, exceedToleratedFailureThreshold,
        itemReaderFailed, resultWriterFailed, queryEvaluationError,
    ])

    /// Whether an `ErrorEquals` entry covers an error.
    ///
    /// `States.ALL` covers all but the two that only their own names do; `States.TaskFailed` all but time-outs.
    static func matches(_ pattern: String, _ error: String) -> Bool {
        if pattern == error { return true }
        if error == runtime || error == dataLimitExceeded { return false }
        switch pattern {
        case all: return true
        case taskFailed: return error != timeout
        default: return false
        }
    }
}
