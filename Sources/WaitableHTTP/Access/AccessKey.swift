import Crypto
import Foundation

/// An access key as AWS clients have it. The secret is kept in clear, because HMAC needs it.
package struct AccessKey: Sendable, CustomStringConvertible, CustomReflectable {
    let id: String
    let rights: Set<Right>
    let secret: String

    /// The id and rights, without the secret.
    package var description: String { "\(id) \(rights.text)" }
    /// The description alone, so that a dump does not show the secret either.
    package var customMirror: Mirror { Mirror(self, children: ["description": description]) }

    /// Makes a new id and secret in the shape that AWS gives them: 20 characters, and 40 of 240 random bits.
    package static func make() -> (id: String, secret: String) {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let id = "WTBL" + String((0..<16).map { _ in letters.randomElement() ?? "A" })
        let bits = SymmetricKey(size: .init(bitCount: 240)).withUnsafeBytes { Data($0) }
        return (id, bits.base64EncodedString())
    }

    /// The line of a key in the file of access keys: `ID RIGHTS SECRET`.
    package static func line(id: String, secret: String, rights: Set<Right>) -> String {
        "\(id) \(rights.text) \(secret)"
    }
}
