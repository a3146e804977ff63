/// Why an operation on an item cannot be carried out.
package enum ItemProblem: Error, Sendable, Equatable {
    /// DynamoDB's `ValidationException`, with its message.
    case validation(String)
    /// Another exception of DynamoDB: its name and message.
    case service(code: String, message: String)
    /// Parameters that Step Functions itself refuses to send.
    case parameters(String)
}
