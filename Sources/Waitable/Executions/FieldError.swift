/// Bad input: the field, the rule it breaks, and the value that came.
package struct FieldError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The field's name as the caller wrote it, or `body`.
    package var field: String
    /// The rule, as the rest of a sentence: `must be …`.
    package var rule: String
    /// The offending value as text, cut to 128 code points; `nil` where there is none.
    package var value: String?

    /// An error from its parts.
    package init(field: String, rule: String, value: String?) {
        self.field = field
        self.rule = rule
        self.value = value.map { value in
            let start = value.prefix(codePoints: 128)
            return start == value ? value : start + "…"
        }
    }

    /// `StartTimestamp: must be …: '2026-02-30'`
    package var description: String {
        "\(field): \(rule)" + (value.map { ": '\($0)'" } ?? "")
    }
}
