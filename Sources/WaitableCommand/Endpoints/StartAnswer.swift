import StatesLanguage
import Waitable
import WaitableHTTP
import WaitableRedis

/// Answers to starts on Redis, as an ingest gives them: `{"Id"?,"status","code","message","field"?,"value"?}`.
enum StartAnswer {
    /// The answer to a start that breaks a rule.
    static func refusal(_ error: FieldError) -> JSONObject { ItemError(error).answer }

    /// The answer to a start that Redis has refused, or for which it has no room.
    ///
    /// - Throws: The error, where it may pass while the command runs, or concerns all starts.
    static func refusal(_ error: StoreError, of start: ItemStart) throws -> JSONObject {
        var answer: JSONObject = ["Id": .string(start.id)]
        answer.merge(try itemError(error, of: start).answer)
        return answer
    }

    private static func itemError(_ error: StoreError, of start: ItemStart) throws -> ItemError {
        switch error {
        case .outOfMemory, .unready: return ItemError(error)
        case .refused("VALIDATION", let message):
            // What does not depend on Redis's clock was checked before.
            var refusal = ItemError(FieldError(field: "StartTimestamp", rule: message, value: start.startTimestamp))
            refusal.message = message
            return refusal
        case .refused("CONFLICT", _): return .conflict(start.id)
        case .refused("NOTFOUND", _): return start.stateMachine.map { .noMachine($0) } ?? .noDefaultMachine
        case .refused("REVISION", _): return .noRevision(of: start.stateMachine)
        case .refused where !error.isPassing && !error.isNotAllowed: return ItemError(error)
        default: throw error
        }
    }
}
