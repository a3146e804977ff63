package import StatesLanguage

/// The output of `lambda:invoke`: what the function answered, and the HTTP exchange as AWS's Lambda has it.
package struct InvocationResponse: Sendable {
    private let response: ServiceResponse

    /// - Parameter date: When the function was called.
    package init(requestID: String, date: Instant) {
        response = ServiceResponse(requestID: requestID) { body in
            [
                ("X-Amz-Executed-Version", "$LATEST"), ("x-amzn-Remapped-Content-Length", "0"),
                ("Connection", "keep-alive"), ("x-amzn-RequestId", requestID), ("Content-Length", "\(body.count)"),
                ("Date", HTTPDate.text(date)), ("X-Amzn-Trace-Id", Self.traceID(requestID, date)),
                ("Content-Type", "application/json"),
            ]
        }
    }

    /// The output.
    ///
    /// - Parameter payload: The function's answer.
    package func output(_ payload: JSON) -> JSON {
        response.output(
            ["ExecutedVersion": .string("$LATEST"), "Payload": payload],
            body: payload,
            last: ["StatusCode": .integer(200)]
        )
    }

    /// `root=1-`, the seconds and 96 bits, in hexadecimal digits.
    private static func traceID(_ requestID: String, _ date: Instant) -> String {
        let seconds = UInt32(truncatingIfNeeded: date.milliseconds / 1_000)
        let digits = String(requestID.unicodeScalars.filter { $0 != "-" }.prefix(24))
        return "root=1-\(withUnsafeBytes(of: seconds.bigEndian, Hex.text))-\(digits);sampled=0"
    }
}
