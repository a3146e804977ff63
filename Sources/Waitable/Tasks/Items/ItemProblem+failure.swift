extension ItemProblem {
    /// The error and cause of the failed task, in the words of the integration.
    ///
    /// - Parameters:
    ///   - integration: How the task's resource spells DynamoDB.
    ///   - requestID: The request's id, which is part of the cause.
    func failure(integration: ItemIntegration, requestID: String) -> (error: String, cause: String) {
        switch self {
        case .validation(let message):
            integration.failure(code: "ValidationException", message: message, requestID: requestID)
        case .service(let code, let message):
            integration.failure(code: code, message: message, requestID: requestID)
        case .parameters(let reason):
            ("States.Runtime", "The Parameters could not be used to start the Task: [\(reason)]")
        }
    }
}
