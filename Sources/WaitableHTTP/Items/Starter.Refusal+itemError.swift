import HTTPTypes
import Waitable

extension Starter.Refusal {
    /// A refused start, in the words of the items' API.
    ///
    /// - Parameter id: The Id that the start has.
    func itemError(id: String) -> ItemError {
        switch self {
        case .noDefaultMachine:
            return .noDefaultMachine
        case .revisionMissing(let machine):
            return .noRevision(of: machine)
        case .noMachine(let name):
            return .noMachine(name)
        case .conflict:
            return .conflict(id)
        case .notDurable(_, let outcome):
            return .notDurable(id, outcome)
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
