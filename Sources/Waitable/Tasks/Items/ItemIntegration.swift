/// The two ways in which a state machine names DynamoDB. They differ in error names, causes and outputs.
enum ItemIntegration: String, Sendable, CaseIterable {
    /// `arn:aws:states:::dynamodb:putItem`
    case optimised = "dynamodb"
    /// `arn:aws:states:::aws-sdk:dynamodb:putItem`
    case sdk = "aws-sdk:dynamodb"

    /// The error and cause of a failed task.
    func failure(code: String, message: String, requestID: String) -> (error: String, cause: String) {
        switch self {
        case .optimised:
            (
                "DynamoDB." + (code == "ValidationException" ? "AmazonDynamoDBException" : code),
                "\(message) (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: \(code); "
                    + "Request ID: \(requestID); Proxy: null)"
            )
        case .sdk:
            (
                "DynamoDb." + (code == "ValidationException" ? "DynamoDbException" : code),
                "\(message) (Service: DynamoDb, Status Code: 400, Request ID: \(requestID))"
            )
        }
    }
}
