/// One rule of a `Catch` field.
struct Catcher: Sendable {
    let errors: [String]
    let next: String
    /// `nil` throws the error away and keeps the input.
    let resultPath: Path?

    init?(_ fields: inout FieldReader) {
        _ = fields.string("Comment")
        let errors = fields.errorNames()
        resultPath = fields.resultPath()
        let next = fields.requiredString("Next")
        fields.finish()
        guard let errors, let next else { return nil }
        self.errors = errors
        self.next = next
    }
}
