/// One rule of a `Retry` field.
struct Retrier: Sendable {
    let errors: [String]
    /// The pause before the first retry, in seconds.
    private let interval: FieldValue<Int>?
    private let maxAttempts: FieldValue<Int>?
    /// What each pause is longer than the one before, as a factor.
    private let backoffRate: FieldValue<Double>?
    /// The longest pause, in seconds.
    private let maxDelay: FieldValue<Int>?
    private let hasFullJitter: Bool

    private static let seconds: ClosedRange<Int64> = 1...longest
    private static let attempts: ClosedRange<Int64> = 0...longest
    private static let delays: ClosedRange<Int64> = 1...31_622_400
    private static let longest: Int64 = 99_999_999

    init?(_ fields: inout FieldReader) {
        _ = fields.string("Comment")
        let errors = fields.errorNames()
        interval = Self.number("IntervalSeconds", Self.seconds, &fields)
        maxAttempts = Self.number("MaxAttempts", Self.attempts, &fields)
        maxDelay = Self.number("MaxDelaySeconds", Self.delays, &fields)
        backoffRate = Self.setting("BackoffRate", &fields) { $0.number("BackoffRate", least: 1) }
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

    private static func number(
        _ name: String,
        _ range: ClosedRange<Int64>,
        _ fields: inout FieldReader
    ) -> FieldValue<Int>? {
        setting(name, &fields) { $0.integer(name, range).map(Int.init) }
    }

    /// A field that may be an expression, where the language writes these into the field itself: a rule has no paths.
    private static func setting<Value>(
        _ name: String,
        _ fields: inout FieldReader,
        literal: (inout FieldReader) -> Value?
    ) -> FieldValue<Value>? {
        guard fields.language.fields(for: name) == [name] else { return literal(&fields).map(FieldValue.fixed) }
        return fields.seeing(.error) { FieldValue(name, &$0, literal: literal) }
    }

    /// The pause before a retry, in seconds; `nil` where the rule is used up.
    ///
    /// - Parameters:
    ///   - attempt: How many retries this rule has made before.
    ///   - scope: What its expressions see.
    func delay(
        attempt: Int,
        _ scope: DataScope,
        random: inout some RandomNumberGenerator
    ) throws(StateFailure) -> Double? {
        guard attempt < (try maxAttempts?.number(in: Self.attempts, scope) ?? 3) else { return nil }
        var delay = Double(try interval?.number(in: Self.seconds, scope) ?? 1)
        let rate = try backoffRate?.rate(scope) ?? 2
        for _ in 0..<min(attempt, 1_024) {
            delay *= rate
            if delay > Double(Self.longest) { break }
        }
        delay = min(delay, Double(try maxDelay?.number(in: Self.delays, scope) ?? Int(Self.longest)))
        return hasFullJitter ? Double.random(in: 0...delay, using: &random) : delay
    }
}

extension FieldValue<Int> {
    fileprivate func number(in range: ClosedRange<Int64>, _ scope: DataScope) throws(StateFailure) -> Int {
        try value(scope) { (value, query, field) throws(StateFailure) in
            guard let number = value.wholeNumber, range.contains(number) else {
                let bounds = "from \(range.lowerBound) to \(range.upperBound)"
                let reason = "The \(field) field must be an integer \(bounds): \(value.text)"
                throw query.failure(path: reason, expression: reason, scope)
            }
            return Int(number)
        }
    }
}

extension FieldValue<Double> {
    fileprivate func rate(_ scope: DataScope) throws(StateFailure) -> Double {
        try value(scope) { (value, query, field) throws(StateFailure) in
            guard let number = value.numberValue, number >= 1 else {
                let reason = "The \(field) field must be a number of at least 1: \(value.text)"
                throw query.failure(path: reason, expression: reason, scope)
            }
            return number
        }
    }
}
