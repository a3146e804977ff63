/// The error names of the language that the interpreter raises, or covers others by.
///
/// Source: Amazon States Language, "Errors", Appendix A.
enum ErrorName {
    static let all = "States.ALL"
    static let taskFailed = "States.TaskFailed"
    static let timeout = "States.Timeout"
    static let runtime = "States.Runtime"
    static let dataLimitExceeded = "States.DataLimitExceeded"
    static let noChoiceMatched = "States.NoChoiceMatched"
    static let resultPathMatchFailure = "States.ResultPathMatchFailure"
    static let branchFailed = "States.BranchFailed"
    static let intrinsicFailure = "States.IntrinsicFailure"
    static let exceedToleratedFailureThreshold = "States.ExceedToleratedFailureThreshold"
    static let queryEvaluationError = "States.QueryEvaluationError"
    static let itemReaderFailed = "States.ItemReaderFailed"
    static let resultWriterFailed = "States.ResultWriterFailed"

    /// Whether an `ErrorEquals` entry covers an error.
    ///
    /// Nothing covers `States.Runtime`, not even its name. `States.ALL` covers all others; `States.TaskFailed` all but
    /// time-outs and data that is too large.
    static func matches(_ pattern: String, _ error: String) -> Bool {
        if error == runtime { return false }
        if pattern == error { return true }
        switch pattern {
        case all: return true
        case taskFailed: return error != timeout && error != dataLimitExceeded
        default: return false
        }
    }
}
