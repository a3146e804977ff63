extension Library {
    /// A number from 0 up to 1.
    static func randomUnit(_ call: Call) -> Double {
        Double(call.evaluation.environment.random.next() >> 11) * 0x1p-53
    }

    static func random(_ call: Call) throws(JSONataError) -> Value { .number(randomUnit(call)) }
}
