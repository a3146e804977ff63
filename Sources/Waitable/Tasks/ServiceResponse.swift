import StatesLanguage

/// The output of an optimised integration: the service's answer, and the HTTP exchange.
struct ServiceResponse {
    let requestID: String
    /// The answer's headers in their order.
    private let headers: @Sendable (_ body: [UInt8]) -> [(name: String, value: String)]

    /// - Parameter headers: Gives the headers that go with the answer's JSON text.
    init(requestID: String, headers: @escaping @Sendable (_ body: [UInt8]) -> [(name: String, value: String)]) {
        self.requestID = requestID
        self.headers = headers
    }

    /// With the headers that most services send.
    init(requestID: String, date: String, contentType: String = "application/x-amz-json-1.0") {
        self.init(requestID: requestID) { body in
            [
                ("x-amzn-RequestId", requestID), ("connection", "keep-alive"), ("Content-Length", "\(body.count)"),
                ("Date", date), ("Content-Type", contentType),
            ]
        }
    }

    /// The answer with the exchange.
    ///
    /// - Parameters:
    ///   - body: What the service sent, where that is not the answer.
    ///   - last: What stands behind the exchange.
    func output(_ answer: JSONObject, body: JSON? = nil, last: JSONObject = [:]) -> JSON {
        var all = JSONObject()
        var single = JSONObject()
        for (name, value) in headers(Array((body ?? .object(answer)).text.utf8)) {
            all[name] = .array([.string(value)])
            single[name] = .string(value)
        }
        var output = answer
        output["SdkHttpMetadata"] = .object([
            "AllHttpHeaders": .object(all), "HttpHeaders": .object(single), "HttpStatusCode": .integer(200),
        ])
        output["SdkResponseMetadata"] = .object(["RequestId": .string(requestID)])
        output.merge(last)
        return .object(output)
    }
}
