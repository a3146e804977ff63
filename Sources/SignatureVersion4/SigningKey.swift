import Crypto
import Foundation

/// The key of one day, region and service, made from a secret.
///
/// Source: AWS, "Create a signed AWS API request", step 4.
package struct SigningKey {
    private let key: SymmetricKey

    /// A key from what it is made of.
    ///
    /// - Parameter date: `20150830`.
    package init(secret: String, date: String, region: String, service: String) {
        var key = SymmetricKey(data: Data("AWS4\(secret)".utf8))
        for part in [date, region, service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key))
        }
        self.key = key
    }

    /// Whether a signature is that of a text; compared in constant time.
    package func isValid(_ signature: [UInt8], of text: String) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: Data(text.utf8), using: key)
    }

    /// The hexadecimal signature of a text.
    package func signature(of text: String) -> String {
        Hex.text(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key))
    }
}
