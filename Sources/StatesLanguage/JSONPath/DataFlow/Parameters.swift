/// `Parameters`: what a state works on, made from what it sees.
///
/// Source: Amazon States Language, "Parameters".
struct Parameters: Sendable {
    private let template: PayloadTemplate

    /// What all that is made from it has in common.
    var shape: PayloadShape { template.shape }

    /// `nil` for a state without the field, which works on all that it sees.
    init?(_ fields: inout FieldReader) {
        guard let template = fields.payloadTemplate("Parameters") else { return nil }
        self.template = template
    }

    func apply(_ scope: DataScope) throws(StateFailure) -> Payload { try template.payload(scope) }
}
