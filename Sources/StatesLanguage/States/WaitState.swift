/// A state that waits: for a time, or until a moment. A class, since a step hands it around.
///
/// Source: Amazon States Language, "Wait State".
final class WaitState: Sendable {
    enum Until: Sendable {
        case seconds(FieldValue<Int64>)
        case timestamp(FieldValue<Instant>)
    }

    let until: Until

    init?(_ fields: inout FieldReader) {
        let seconds = FieldValue("Seconds", &fields) { $0.integer("Seconds", 0...99_999_999) }
        let timestamp = FieldValue("Timestamp", &fields) { $0.instant("Timestamp") }
        let names = ["Seconds", "Timestamp"].flatMap(fields.language.fields)
        if names.count(where: fields.has) != 1 {
            let quoted = names.map { "'\($0)'" }
            let list = quoted.dropLast().joined(separator: ", ") + " and " + quoted[quoted.count - 1]
            fields.problem("Exactly one of \(list) must be given")
        }
        guard let until = seconds.map(Until.seconds) ?? timestamp.map(Until.timestamp) else { return nil }
        self.until = until
    }

    /// When the wait is over.
    ///
    /// - Parameter scope: With the effective input.
    func end(from now: Instant, _ scope: DataScope) throws(StateFailure) -> Instant {
        let end =
            switch until {
            case .seconds(let setting): now.adding(milliseconds: try Self.milliseconds(setting, scope.at(now)))
            case .timestamp(let setting): try Self.instant(setting, scope.at(now))
            }
        guard end <= now.adding(milliseconds: WaitLimit.milliseconds) else {
            throw scope.runtimeError("Wait state delay is too long.")
        }
        return end
    }

    /// Where the end of an interrupted wait had been moved to; `nil` where it had not been.
    func movedEnd(of wait: Cursor.InterruptedWait?, _ scope: DataScope) throws(StateFailure) -> Instant? {
        guard let wait, wait.end != (try end(from: wait.enteredAt, scope)) else { return nil }
        return wait.end
    }

    private static func milliseconds(_ setting: FieldValue<Int64>, _ scope: DataScope) throws(StateFailure) -> Int64 {
        let seconds = try value(of: setting, scope) { (value, query, field) throws(StateFailure) in
            guard let seconds = value.wholeNumber else {
                throw query.failure(
                    path: "The \(field) parameter cannot be parsed as a long value: \(query.text) == \(shown(value))",
                    expression: "The \(field) field cannot be parsed as a long value: \(shown(value))",
                    scope
                )
            }
            guard seconds >= 0 else {
                throw query.failure(
                    path: "The \(field) parameter references a negative value: \(query.text) == \(seconds)",
                    expression: "The \(field) field has a negative value: \(seconds)",
                    scope
                )
            }
            return seconds
        }
        return seconds > 9_000_000_000_000 ? .max : seconds * 1_000
    }

    private static func instant(_ setting: FieldValue<Instant>, _ scope: DataScope) throws(StateFailure) -> Instant {
        try value(of: setting, scope) { (value, query, field) throws(StateFailure) in
            guard let text = value.stringValue, let instant = Instant(iso8601: text) else {
                throw query.failure(
                    path: "The \(field) parameter does not reference a valid ISO-8601 extended offset date-time format "
                        + "string: \(query.text) == \(shown(value))",
                    expression: "The \(field) field cannot be parsed as an ISO-8601 extended offset date-time format "
                        + "string: \(shown(value))",
                    scope
                )
            }
            return instant
        }
    }

    /// A setting's value; AWS has words of its own for a wait whose path finds nothing.
    private static func value<Value>(
        of setting: FieldValue<Value>,
        _ scope: DataScope,
        read: (JSON, any Query, String) throws(StateFailure) -> Value
    ) throws(StateFailure) -> Value {
        do {
            return try setting.value(scope, read: read)
        } catch {
            guard case .query(let query, let field) = setting, try !query.finds(scope) else { throw error }
            throw scope.runtimeError("The \(field) parameter does not reference an input value: \(query.text)")
        }
    }

    private static func shown(_ value: JSON) -> String { value.stringValue ?? value.text }
}

extension StepEvaluator {
    /// Begins a wait.
    mutating func act(_ wait: WaitState, of state: State, _ cursor: Cursor) throws(StateFailure) -> Move {
        var scope = scope(of: cursor)
        scope.input = try state.dataFlow.input(scope)
        let end = try wait.end(from: cursor.enteredAt, scope)
        if let moved = movedEnd.take() { return rest(until: moved, state, cursor) }
        let kept = try wait.movedEnd(of: line.interruptedWait.take(), scope)
        return rest(until: kept ?? end, state, cursor)
    }

    /// Rests in a Wait state until its end, or leaves it.
    mutating func rest(until end: Instant, _ state: State, _ cursor: Cursor) -> Move {
        guard hasPassed(end) else {
            var cursor = cursor
            cursor.phase = .waiting(until: end)
            return .end(.resting(cursor))
        }
        do throws(StateFailure) {
            var scope = scope(of: cursor)
            scope.input = try state.dataFlow.input(scope)
            let leaving = Leaving(
                output: try state.dataFlow.output(scope),
                assigned: try state.assignment?.values(scope)
            )
            return .exit(state, cursor, leaving)
        } catch {
            return .fail(state, cursor, error)
        }
    }
}

extension FieldReader {
    /// A moment, as ISO 8601 text.
    fileprivate mutating func instant(_ name: String) -> Instant? {
        guard let text = string(name) else { return nil }
        guard let instant = Instant(iso8601: text) else {
            problem("String does not match RFC3339 timestamp", at: name)
            return nil
        }
        return instant
    }
}
