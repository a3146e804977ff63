package import StatesLanguage

extension Instant {
    /// Reads the instant in a field.
    package init(_ text: String, field: String) throws(FieldError) {
        guard let instant = Instant(iso8601: text) else {
            throw FieldError(
                field: field,
                rule: "must be an ISO 8601 instant with 'T' and an offset or 'Z', such as 2026-01-31T09:30:00Z",
                value: text
            )
        }
        self = instant
    }
}
