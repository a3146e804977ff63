import WaitableRedis

/// Why an operator's request was not done. Nothing was changed.
package struct ManagementError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of refusal it is.
    package enum Kind: Sendable, Equatable {
        /// What was named does not exist.
        case notFound
        /// It exists, and is not in a state for this.
        case conflict
    }

    /// What kind of refusal it is.
    package var kind: Kind
    /// A name for programs, such as `ItemNotFound`.
    package var code: String
    /// A sentence for people.
    package var message: String
    /// Which part of the request it is about.
    package var field: String
    /// The part's value.
    package var value: String

    /// The sentence.
    package var description: String { message }

    /// There is no such item.
    package static func noItem(_ id: String, machine: String) -> ManagementError {
        ManagementError(
            kind: .notFound,
            code: "ItemNotFound",
            message: "There is no item '\(id)' of the state machine '\(machine)'.",
            field: "Id",
            value: id
        )
    }

    static func noMachine(_ name: String) -> ManagementError {
        ManagementError(
            kind: .notFound,
            code: "StateMachineNotFound",
            message: "There is no state machine '\(name)'.",
            field: "stateMachine",
            value: name
        )
    }

    static func conflict(_ code: String, _ message: String, id: String) -> ManagementError {
        ManagementError(kind: .conflict, code: code, message: message, field: "Id", value: id)
    }
}
