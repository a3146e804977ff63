/// Why an operation of the Step Functions API failed that a task asked for.
package struct OperationFailure: Error, Sendable, Equatable {
    /// The API's name of the error: `ExecutionDoesNotExist`.
    package var name: String
    /// The text.
    package var message: String
    /// The HTTP status that the API would answer with.
    package var status: Int

    /// A failure from its parts.
    package init(name: String, message: String, status: Int) {
        self.name = name
        self.message = message
        self.status = status
    }
}
