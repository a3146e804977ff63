/// `ResultSelector`: a state's result, made from what its work came to.
///
/// Source: Amazon States Language, "ResultSelector".
struct ResultSelector: Sendable {
    private let template: PayloadTemplate

    /// `nil` for a state without the field, whose result is what its work came to.
    init?(_ fields: inout FieldReader) {
        guard let template = fields.payloadTemplate("ResultSelector") else { return nil }
        self.template = template
    }

    func apply(_ scope: DataScope) throws(StateFailure) -> JSON { try template.value(scope) }
}
