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

    /// The answer to a start that Redis has taken.
    ///
    /// - Parameter outcome: How safe it is; `nil` where that was not asked for.
    static func answer(_ answer: JSONObject, of start: ItemStart, _ outcome: DurabilityOutcome?) -> JSONObject {
        guard let outcome else { return answer }
        var answer = answer
        guard outcome.isEnough else {
            answer = ["Id": .string(start.id)]
            answer.merge(ItemError.notDurable(start.id, outcome).answer)
            return answer
        }
        answer["durability"] = .string(outcome.reached.text)
        return answer
    }

    private static func itemError(_ error: StoreError, of start: ItemStart) throws -> ItemError {
        switch error {
        case .outOfMemory, .unready: return ItemError(error)
        case .refused(let told) where told.code == .validation:
            // What does not depend on Redis's clock was checked before.
            return told.field.map(ItemError.init) ?? ItemError(error)
        case .refused(let told):
            switch told.code {
            case .conflict: return .conflict(start.id)
            case .notFound: return start.stateMachine.map { .noMachine($0) } ?? .noDefaultMachine
            case .revisionMissing: return .noRevision(of: start.stateMachine)
            default: if told.isPassing || told.isNotAllowed { throw error } else { return ItemError(error) }
            }
        default: throw error
        }
    }
}
