import StatesLanguage

/// The output of an optimised integration: the service's answer, and the HTTP exchange.
struct ServiceResponse {
    let requestID: String
    let date: String
    var contentType = "application/x-amz-json-1.0"

    /// The answer with the exchange.
    func output(_ answer: JSONObject) -> JSON {
        let length = JSON.object(answer).text.utf8.count
        var all = JSONObject()
        var single = JSONObject()
        for (name, value) in [
            ("x-amzn-RequestId", requestID), ("connection", "keep-alive"), ("Content-Length", "\(length)"),
            ("Date", date), ("Content-Type", contentType),
        ] {
            all[name] = .array([.string(value)])
            single[name] = .string(value)
        }
        var output = answer
        output["SdkHttpMetadata"] = .object([
            "AllHttpHeaders": .object(all), "HttpHeaders": .object(single), "HttpStatusCode": .integer(200),
        ])
        output["SdkResponseMetadata"] = .object(["RequestId": .string(requestID)])
        return .object(output)
    }
}
