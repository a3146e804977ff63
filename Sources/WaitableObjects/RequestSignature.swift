import Crypto
import Foundation
import SignatureVersion4
package import StatesLanguage

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
    ///   - instant: By the wall clock of this machine.
    package func headers(
        method: String,
        path: String,
        parameters: [(name: String, value: String)],
        host: String,
        body: [UInt8],
        at instant: Instant
    ) -> [(name: String, value: String)] {
        let timestamp = instant.basicISO8601
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
        let signature = SigningKey(secret: secret, date: date, region: region, service: "s3").signature(of: text)
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(keyID)/\(scope),SignedHeaders=\(names),Signature=\(signature)"
        // The client writes the host itself.
        return signed.dropFirst().map { ($0.0, $0.1) } + [("Authorization", authorization)]
    }
}
