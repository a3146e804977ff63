/// `Parameters`: what a state works on, made from what it sees.
///
/// Source: Amazon States Language, "Parameters".
struct Parameters: Sendable {
    private let template: PayloadTemplate

    /// `nil` for a state without the field, which works on all that it sees.
    init?(_ fields: inout FieldReader) {
        guard let template = fields.payloadTemplate("Parameters") else { return nil }
        self.template = template
    }

    func apply(_ scope: DataScope) throws(StateFailure) -> JSON { try template.value(scope) }
}
