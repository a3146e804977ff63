import Crypto
public import StatesLanguage

/// What an execution keeps of its state machine from its start on: the definition and what belongs to it.
///
/// Revisions are immutable and addressed by their hash, so a running execution is untouched by an update.
public struct Revision: Sendable, Equatable {
    /// The definition's text, verbatim, after substitutions.
    public var definition: String
    /// The role that the caller named, kept for the API's answers; Waitable assumes no role.
    public var roleARN: String

    /// A revision from its parts.
    public init(definition: String, roleARN: String) {
        self.definition = definition
        self.roleARN = roleARN
    }

    /// The stored form.
    public var json: JSON {
        .object(["definition": .string(definition), "roleArn": .string(roleARN)])
    }

    /// Reads the stored form.
    ///
    /// - Returns: `nil` where it is not one.
    public init?(json: JSON) {
        guard let object = json.objectValue, let definition = object["definition"]?.stringValue else { return nil }
        self.definition = definition
        self.roleARN = object["roleArn"]?.stringValue ?? ""
    }

    /// The first 16 hexadecimal digits of the SHA-256 of the stored form.
    public var hash: String {
        SHA256.hash(data: Array(json.text.utf8)).prefix(8).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
