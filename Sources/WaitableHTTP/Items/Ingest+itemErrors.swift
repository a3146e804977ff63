import HTTPTypes
import Waitable

extension Ingest {
    /// A refused start, in the words of the items' API.
    func itemError(_ refusal: Starter.Refusal, id: String) -> ItemError {
        switch refusal {
        case .noDefaultMachine:
            return .unavailable("NoStateMachine", "No default state machine is deployed.")
        case .revisionMissing(let machine):
            return .unavailable(
                "NoStateMachine",
                "The definition of the state machine '\(machine)' is gone from Redis, and nothing was started."
            )
        case .noMachine(let name):
            var error = ItemError(
                status: .notFound,
                code: "StateMachineNotFound",
                message: "There is no state machine '\(name)'."
            )
            error.field = "stateMachine"
            error.value = name
            return error
        case .conflict:
            var error = ItemError(
                status: .conflict,
                code: "ItemExists",
                message: "Id: must be new, or come with the same StartTimestamp as before: '\(id)'"
            )
            error.field = "Id"
            error.value = id
            return error
        case .store(let error):
            var told = ItemError(error)
            if told.code == ItemError.outcomeUnknown.code {
                // Who gave none can repeat the start with it.
                told.field = "Id"
                told.value = id
            }
            return told
        case .unwritable(let reason):
            return ItemError(
                status: .internalServerError,
                code: "StoreError",
                message: "Redis refused the item's writes, and nothing was started: \(reason)"
            )
        case .other(let error as DocumentError):
            return ItemError(error)
        case .other:
            return ItemError(status: .internalServerError, code: "InternalError", message: "The start failed.")
        }
    }
}
