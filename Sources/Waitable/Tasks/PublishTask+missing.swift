import StatesLanguage

extension PublishTask.Publisher {
    /// How the service refuses a request in which something is null that it must have; `nil` for one that has all.
    ///
    /// What is not there at all is refused before it comes to the service.
    func failure(of parameters: JSONObject, requestID: String) -> (error: String, cause: String)? {
        guard let field = service.requiredFields.first(where: { parameters[$0] == .null }) else { return nil }
        let words = service.words
        let (code, message) = service.refusal(ofNull: field)
        return isSDK
            ? (
                "\(words.sdkName).\(words.sdkName)Exception",
                "\(message) (Service: \(words.sdkName), Status Code: 400, Request ID: \(requestID))"
            )
            : (
                "\(words.name).\(words.serviceName)Exception",
                "\(message) (Service: \(words.serviceName); Status Code: 400; Error Code: \(code); "
                    + "Request ID: \(requestID); Proxy: null)"
            )
    }
}

extension PublishTask.Service {
    /// The service's names in errors.
    fileprivate var words: (name: String, serviceName: String, sdkName: String) {
        switch self {
        case .sqs: ("SQS", "AmazonSQS", "Sqs")
        case .sns: ("SNS", "AmazonSNS", "Sns")
        case .events: ("EventBridge", "AmazonEventBridge", "EventBridge")
        }
    }

    fileprivate func refusal(ofNull field: String) -> (code: String, message: String) {
        if self == .sqs { return ("MissingParameter", "The request must contain the parameter \(field).") }
        return (
            self == .sns ? "ValidationError" : "ValidationException",
            "1 validation error detected: Value null at '\(field.prefix(1).lowercased())\(field.dropFirst())' failed to "
                + "satisfy constraint: Member must not be null"
        )
    }
}
