import Crypto
import Foundation

/// Signature Version 4 of a request to S3.
///
/// Source: AWS, "Create a signed AWS API request"; Amazon S3, "Authenticating Requests: Using the Authorization Header".
package struct RequestSignature: Sendable {
    /// Who signs.
    package let keyID: String
    private let secret: String
    /// Of temporary credentials; `nil` for others.
    private let sessionToken: String?
    private let region: String

    /// A signature from what it is made with.
    package init(keyID: String, secret: String, sessionToken: String?, region: String) {
        self.keyID = keyID
        self.secret = secret
        self.sessionToken = sessionToken
        self.region = region
    }

    /// The headers that sign a request.
    ///
    /// - Parameters:
    ///   - path: Percent-escaped, as it is sent.
    ///   - parameters: Names and values of the query, percent-escaped, as they are sent.
    ///   - host: As it is sent, with its port where that is no default.
    ///   - seconds: The Unix time, in seconds.
    package func headers(
        method: String,
        path: String,
        parameters: [(name: String, value: String)],
        host: String,
        body: [UInt8],
        seconds: Int64
    ) -> [(name: String, value: String)] {
        let timestamp = Self.timestamp(seconds)
        let date = String(timestamp.prefix(8))
        let hash = Hex.text(SHA256.hash(data: body))
        var signed = [("host", host), ("x-amz-content-sha256", hash), ("x-amz-date", timestamp)]
        if let sessionToken { signed.append(("x-amz-security-token", sessionToken)) }
        let query = parameters.map { "\($0.name)=\($0.value)" }.sorted { $0 < $1 }.joined(separator: "&")
        let names = signed.map(\.0).joined(separator: ";")
        let lines = signed.map { "\($0.0):\($0.1)\n" }.joined()
        let canonical = "\(method)\n\(path)\n\(query)\n\(lines)\n\(names)\n\(hash)"
        let scope = "\(date)/\(region)/s3/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(timestamp)\n\(scope)\n\(Hex.text(SHA256.hash(data: Data(canonical.utf8))))"
        let signature = Hex.text(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key(on: date)))
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(keyID)/\(scope),SignedHeaders=\(names),Signature=\(signature)"
        // The client writes the host itself.
        return signed.dropFirst().map { ($0.0, $0.1) } + [("Authorization", authorization)]
    }

    private func key(on date: String) -> SymmetricKey {
        var key = SymmetricKey(data: Data("AWS4\(secret)".utf8))
        for part in [date, region, "s3", "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key))
        }
        return key
    }

    /// `20150830T123600Z`
    static func timestamp(_ seconds: Int64) -> String {
        func text(_ number: Int64, _ digits: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
        }
        let (days, time) = (seconds / 86_400, seconds % 86_400)
        // Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let day = shifted - era * 146_097
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let ofYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153
        let number = month < 10 ? month + 3 : month - 9
        let date =
            text(year + era * 400 + (number <= 2 ? 1 : 0), 4) + text(number, 2)
            + text(ofYear - (153 * month + 2) / 5 + 1, 2)
        return "\(date)T\(text(time / 3_600, 2))\(text(time / 60 % 60, 2))\(text(time % 60, 2))Z"
    }
}
