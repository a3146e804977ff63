/// What a credential is called in its file, in logs and in answers.
package enum CredentialName {
    /// The rule for a name, for people.
    package static let rule = "1 to 64 letters, digits, '.', '_' and '-'"

    /// Whether a text can be a name.
    package static func isValid(_ name: some StringProtocol) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
