/// A state that does nothing but shape data.
struct PassState: Sendable {
    /// A fixed result, taken literally; without it the effective input is the result.
    let result: JSON?

    init(_ fields: inout FieldReader) {
        result = fields.take("Result")
    }
}
