import Crypto
import Foundation

/// A bearer token as the server knows it: a name, rights, and the SHA-256 of the token, never the token.
///
/// A fast hash is right here. A slow one (bcrypt, Argon2) makes guessing passwords expensive; a token of ``make()`` has
/// 256 random bits, which nobody guesses at any speed, and a slow hash would only slow down each request.
package struct BearerToken: Sendable {
    let name: String
    let rights: Set<Right>
    let digest: [UInt8]

    /// Makes a new token, from 256 bits of the system's generator. Its prefix lets scanners of secrets find it.
    package static func make() -> String {
        let bits = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let text = bits.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        return "waitable_" + text.prefix { $0 != "=" }
    }

    /// The line of a token in the file of tokens: `NAME RIGHTS sha256:DIGEST`.
    package static func line(token: String, name: String, rights: Set<Right>) -> String {
        "\(name) \(rights.text) sha256:\(Hex.text(SHA256.hash(data: Data(token.utf8))))"
    }
}
