/// One rule of a `Catch` field.
struct Catcher: Sendable {
    let errors: [String]
    let next: String
    /// Where the error is put in the state's input.
    let dataFlow: any DataFlow
    /// What becomes variables when the rule catches an error.
    let assignment: Assignment?

    init?(_ fields: inout FieldReader) {
        _ = fields.string("Comment")
        let errors = fields.errorNames()
        dataFlow = fields.language.dataFlow([.result, .error], &fields)
        assignment = Assignment(&fields, seeing: .error)
        let next = fields.requiredString("Next")
        fields.finish()
        guard let errors, let next else { return nil }
        self.errors = errors
        self.next = next
    }
}
