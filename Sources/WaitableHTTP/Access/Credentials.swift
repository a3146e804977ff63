import Crypto
import Foundation

/// The credentials that a server knows.
struct Credentials: Sendable {
    var tokens: [BearerToken] = []
    var accessKeys: [Spelling: AccessKey] = [:]

    /// The caller of a bearer token; `nil` for a token that is unknown.
    ///
    /// Digests are compared in constant time, and all of them are, so that the time tells nothing about any.
    func caller(token: some StringProtocol) -> Principal? {
        let digest = SHA256.hash(data: Data(token.utf8))
        return tokens.reduce(nil) { found, token in
            digest == token.digest ? Principal(name: token.name, rights: token.rights) : found
        }
    }

    /// Reads the lines of a file of tokens.
    static func tokens(_ lines: [CredentialFile.Line]) throws(CredentialFileError) -> [BearerToken] {
        var tokens: [BearerToken] = []
        for line in lines {
            guard line.value.hasPrefix("sha256:"), let bytes = Hex.bytes(line.value.dropFirst(7)), bytes.count == 32
            else {
                throw CredentialFileError(
                    line: line.number,
                    rule: "the value must be sha256: and the 64 hexadecimal digits of the token's SHA-256"
                )
            }
            tokens.append(BearerToken(name: line.name, rights: line.rights, digest: bytes))
        }
        return tokens
    }

    /// Reads the lines of a file of access keys.
    static func accessKeys(_ lines: [CredentialFile.Line]) throws(CredentialFileError) -> [Spelling: AccessKey] {
        var keys: [Spelling: AccessKey] = [:]
        for line in lines {
            guard (32...128).contains(line.value.utf8.count) else {
                throw CredentialFileError(line: line.number, rule: "the secret must have 32 to 128 characters")
            }
            keys[line.name] = AccessKey(id: line.name, rights: line.rights, secret: String(line.value))
        }
        return keys
    }
}
