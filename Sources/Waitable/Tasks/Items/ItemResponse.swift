import StatesLanguage

/// The output of a successful operation, as the integration shapes it.
struct ItemResponse: Sendable {
    var integration: ItemIntegration
    var requestID: String
    /// The `Date` header; `nil` where no clock was at hand.
    var date: String?

    /// The task's output for DynamoDB's answer. The optimised integration adds the HTTP exchange to it.
    func output(_ answer: JSONObject) -> JSON {
        guard integration == .optimised else { return .object(answer) }
        return ServiceResponse(requestID: requestID) { [requestID, date] body in
            var headers = [
                ("Server", "Server"), ("Connection", "keep-alive"), ("x-amzn-RequestId", requestID),
                ("x-amz-crc32", String(CRC32.checksum(of: body))), ("Content-Length", String(body.count)),
            ]
            if let date { headers.append(("Date", date)) }
            headers.append(("Content-Type", "application/x-amz-json-1.0"))
            return headers
        }
        .output(answer)
    }

    /// What a program carries along, so that its outcome can be read without anything else.
    var echo: JSON {
        var echo: JSONObject = ["via": .string(integration.rawValue), "request": .string(requestID)]
        echo["date"] = date.map(JSON.string)
        return .object(echo)
    }

    /// Reads what a program carried along.
    init?(echo: JSON) {
        guard let object = echo.objectValue, let via = object["via"]?.stringValue,
            let integration = ItemIntegration(rawValue: via), let request = object["request"]?.stringValue
        else { return nil }
        self.init(integration: integration, requestID: request, date: object["date"]?.stringValue)
    }

    init(integration: ItemIntegration, requestID: String, date: String?) {
        self.integration = integration
        self.requestID = requestID
        self.date = date
    }
}

/// The checksum in DynamoDB's `x-amz-crc32` header: CRC-32 of IEEE 802.3.
enum CRC32 {
    static func checksum(of bytes: [UInt8]) -> UInt32 {
        var remainder = UInt32.max
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~remainder
    }
}
