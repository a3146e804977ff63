import Crypto
import Foundation

/// The secret that task tokens are made with: who does not have it can neither make nor guess one.
///
/// It shows nothing of itself in a log or a dump.
package struct TaskTokenKey: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    private let key: SymmetricKey

    /// 256 bits of the system's generator.
    package static func make() -> TaskTokenKey { TaskTokenKey(key: SymmetricKey(size: .bits256)) }

    private init(key: SymmetricKey) { self.key = key }

    /// Reads a key as ``base64`` writes it; `nil` for anything but 256 bits.
    package init?(base64: String) {
        guard let bytes = Data(base64Encoded: base64), bytes.count == 32 else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// The key itself, to be kept in Redis and nowhere else.
    package var base64: String { key.withUnsafeBytes { Data($0) }.base64EncodedString() }

    /// What it is, and nothing of it.
    package var description: String { "key of task tokens" }
    /// The description alone.
    package var customMirror: Mirror { Mirror(self, children: ["description": description]) }

    /// The proof of a message: HMAC with SHA-256.
    func proof(of message: [UInt8]) -> [UInt8] { Array(HMAC<SHA256>.authenticationCode(for: message, using: key)) }

    /// Whether it is the proof of a message, found out in a time that tells nothing.
    func isProof(_ proof: [UInt8], of message: [UInt8]) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(proof, authenticating: message, using: key)
    }
}
