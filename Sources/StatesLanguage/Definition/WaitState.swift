/// A state that waits: for a time, or until a moment.
struct WaitState: Sendable {
    enum Until: Sendable {
        case seconds(Int64)
        case secondsPath(Path)
        case timestamp(Instant)
        case timestampPath(Path)
    }

    let until: Until

    init?(_ fields: inout FieldReader) {
        var choices: [Until] = []
        if let seconds = fields.integer("Seconds", 0...99_999_999) { choices.append(.seconds(seconds)) }
        if let path = fields.path("SecondsPath") { choices.append(.secondsPath(path)) }
        if let path = fields.path("TimestampPath") { choices.append(.timestampPath(path)) }
        if let text = fields.string("Timestamp") {
            if let instant = Instant(iso8601: text) {
                choices.append(.timestamp(instant))
            } else {
                fields.problem(
                    "The value for the field 'Timestamp' must be a valid ISO-8601 extended offset date-time: '\(text)'",
                    at: "Timestamp"
                )
            }
        }
        if choices.count != 1, !fields.hasProblems {
            fields.problem("Exactly one of 'Seconds', 'SecondsPath', 'Timestamp' and 'TimestampPath' must be given")
        }
        guard let until = choices.first else { return nil }
        self.until = until
    }

    /// When the wait is over.
    ///
    /// - Parameter scope: With the effective input.
    func end(from now: Instant, _ scope: DataScope) throws(StateFailure) -> Instant {
        let end = try instant(from: now, scope)
        guard end <= now.adding(milliseconds: WaitLimit.milliseconds) else {
            throw scope.runtimeError("Wait state delay is too long.")
        }
        return end
    }

    private func instant(from now: Instant, _ scope: DataScope) throws(StateFailure) -> Instant {
        switch until {
        case .seconds(let seconds):
            return now.adding(milliseconds: seconds * 1_000)
        case .timestamp(let instant):
            return instant
        case .secondsPath(let path):
            let value = try scope.required(path)
            guard case .integer(let seconds) = value else {
                throw scope.runtimeError(
                    "The SecondsPath parameter cannot be parsed as a long value: \(path.text) == \(Self.shown(value))"
                )
            }
            guard seconds >= 0 else {
                throw scope.runtimeError(
                    "The SecondsPath parameter references a negative value: \(path.text) == \(seconds)"
                )
            }
            return now.adding(milliseconds: seconds > 9_000_000_000_000 ? .max : seconds * 1_000)
        case .timestampPath(let path):
            let value = try scope.required(path)
            guard let text = value.stringValue, let instant = Instant(iso8601: text) else {
                throw scope.runtimeError(
                    "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format "
                        + "string: \(path.text) == \(Self.shown(value))"
                )
            }
            return instant
        }
    }

    private static func shown(_ value: JSON) -> String { value.stringValue ?? value.text }
}
