import StatesLanguage
import Waitable
import WaitableRedis

/// Answers to starts on Redis, as an ingest gives them: `{"Id"?,"status","code","message","field"?,"value"?}`.
enum StartAnswer {
    /// The answer to a start that breaks a rule.
    static func refusal(_ error: FieldError) -> JSONObject {
        refusal(400, "InvalidField", "\(error)", field: error.field, value: error.value)
    }

    /// The answer to a start that Redis has refused.
    ///
    /// - Throws: The error, where it concerns all starts.
    static func refusal(_ error: StoreError, of start: ItemStart) throws -> JSONObject {
        guard case .refused(let reason, let message) = error, !error.isPassing else { throw error }
        var answer: JSONObject = ["Id": .string(start.id)]
        answer.merge(refusal(reason, message, of: start))
        return answer
    }

    private static func refusal(_ reason: String, _ message: String, of start: ItemStart) -> JSONObject {
        switch (reason, start.stateMachine) {
        case ("VALIDATION", _):
            refusal(400, "InvalidField", message, field: "StartTimestamp", value: start.startTimestamp)
        case ("CONFLICT", _):
            refusal(
                409,
                "ItemExists",
                "Id: must be new, or come with the same StartTimestamp as before: '\(start.id)'",
                field: "Id",
                value: start.id
            )
        case ("NOTFOUND", let name?):
            refusal(
                404,
                "StateMachineNotFound",
                "There is no state machine '\(name)'.",
                field: "stateMachine",
                value: name
            )
        case ("NOTFOUND", nil):
            refusal(503, "NoStateMachine", "No default state machine is deployed.")
        case ("REVISION", _):
            refusal(
                503,
                "NoStateMachine",
                "The state machine's definition is gone from Redis, and nothing was started."
            )
        default:
            refusal(500, "StoreError", "\(reason) \(message)")
        }
    }

    private static func refusal(
        _ status: Int64,
        _ code: String,
        _ message: String,
        field: String? = nil,
        value: String? = nil
    ) -> JSONObject {
        var answer: JSONObject = [
            "status": .integer(status), "code": .string(code), "message": .string(message),
        ]
        answer["field"] = field.map(JSON.string)
        answer["value"] = value.map(JSON.string)
        return answer
    }
}
