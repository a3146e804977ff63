/// The rule for the names of executions, state machines and items: 1 to 80 characters and none of those that
/// Step Functions forbids.
///
/// Source: AWS Step Functions API reference, `StartExecution`, parameter `name`.
package enum ResourceName {
    /// The longest name, in Unicode scalars.
    package static let maximumLength = 80

    /// Says what is wrong with a name.
    ///
    /// - Parameter name: The candidate.
    /// - Returns: The broken rule as the rest of a sentence ("must be …"), or `nil` for a valid name.
    package static func problem(with name: String) -> String? {
        var length = 0
        for scalar in name.unicodeScalars {
            length += 1
            if isForbidden(scalar) {
                return "must not contain the character \(description(of: scalar))"
            }
        }
        return (1...maximumLength).contains(length) ? nil : "must have 1 to \(maximumLength) characters, has \(length)"
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "<", ">", "{", "}", "[", "]", "?", "*", "\"", "#", "%", "\\", "^", "|", "~", "`", "$", "&", ",", ";", ":",
            "/":
            true
        case "\u{00}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}"..."\u{FFFF}":
            true
        default:
            scalar.properties.isWhitespace
        }
    }

    private static func description(of scalar: Unicode.Scalar) -> String {
        let code = String(scalar.value, radix: 16, uppercase: true)
        let name = "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
        return scalar.value > 0x20 && scalar.value < 0x7F ? "'\(scalar)' (\(name))" : name
    }
}
