import Crypto
import Waitable

/// What proves to a receiver who has sent an event, and when.
///
/// `t=1764242400,v1=…`: `v1` is the HMAC-SHA-256, with the shared secret, of the time (Unix seconds), a point and the body.
struct WebhookSignature {
    let secret: [UInt8]

    /// The value of the header `Waitable-Signature`.
    func header(for body: String, at seconds: Int64) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(seconds).\(body)".utf8),
            using: SymmetricKey(data: secret)
        )
        return "t=\(seconds),v1=\(Hex.text(Array(code)))"
    }
}
