/// One rule of a `Retry` field.
struct Retrier: Sendable {
    let errors: [String]
    let interval: Int
    let maxAttempts: Int
    let backoffRate: Double
    let maxDelay: Int?
    let hasFullJitter: Bool

    init?(_ fields: inout FieldReader) {
        _ = fields.string("Comment")
        let errors = fields.errorNames()
        interval = Int(fields.integer("IntervalSeconds", 1...99_999_999) ?? 1)
        maxAttempts = Int(fields.integer("MaxAttempts", 0...99_999_999) ?? 3)
        maxDelay = fields.integer("MaxDelaySeconds", 1...31_622_400).map(Int.init)
        backoffRate = fields.number("BackoffRate", least: 1) ?? 2
        let jitter = fields.string("JitterStrategy") ?? "NONE"
        if jitter != "NONE", jitter != "FULL" {
            fields.problem(
                "The value for the field 'JitterStrategy' must be one of FULL, NONE: '\(jitter)'",
                at: "JitterStrategy"
            )
        }
        hasFullJitter = jitter == "FULL"
        fields.finish()
        guard let errors else { return nil }
        self.errors = errors
    }

    /// The pause before a retry, in seconds.
    ///
    /// - Parameter attempt: How many retries this rule has made before.
    func delay(attempt: Int, random: inout some RandomNumberGenerator) -> Double {
        var delay = Double(interval)
        for _ in 0..<min(attempt, 1_024) {
            delay *= backoffRate
            if delay > 99_999_999 { break }
        }
        delay = min(delay, Double(maxDelay ?? 99_999_999))
        return hasFullJitter ? Double.random(in: 0...delay, using: &random) : delay
    }
}
