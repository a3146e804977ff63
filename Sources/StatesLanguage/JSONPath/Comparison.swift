/// One comparison of a choice rule: the operator, and what the variable is compared with.
struct Comparison: Sendable {
    /// What values are compared as. Values of another type are never equal to it, nor less, nor greater.
    enum ValueType: String, Sendable, CaseIterable {
        case string = "String"
        case numeric = "Numeric"
        case boolean = "Boolean"
        case timestamp = "Timestamp"
    }

    enum Relation: String, Sendable, CaseIterable {
        case equals = "Equals"
        case lessThan = "LessThan"
        case greaterThan = "GreaterThan"
        case lessThanEquals = "LessThanEquals"
        case greaterThanEquals = "GreaterThanEquals"
    }

    /// The questions about a variable's type, answered by true or false.
    enum Question: String, Sendable, CaseIterable {
        case isNull = "IsNull"
        case isPresent = "IsPresent"
        case isNumeric = "IsNumeric"
        case isString = "IsString"
        case isBoolean = "IsBoolean"
        case isTimestamp = "IsTimestamp"
    }

    enum Operator: Sendable {
        case relation(ValueType, Relation, JSON)
        case pathRelation(ValueType, Relation, Path, field: String)
        case question(Question, Bool)
        case matches(StringPattern)
    }

    let `operator`: Operator

    init?(_ fields: inout FieldReader) {
        var operators: [Operator] = []
        for type in ValueType.allCases {
            for relation in Relation.allCases where type != .boolean || relation == .equals {
                let name = type.rawValue + relation.rawValue
                if let path = fields.path(name + "Path") {
                    operators.append(.pathRelation(type, relation, path, field: name + "Path"))
                }
                guard let value = fields.take(name) else { continue }
                if type.covers(value) {
                    operators.append(.relation(type, relation, value))
                } else if type == .timestamp, value.stringValue != nil {
                    fields.problem("String does not match RFC3339 timestamp", at: name)
                } else {
                    fields.problem("Expected value of type \(type.rawValue): \(value.text)", at: name)
                }
            }
        }
        for question in Question.allCases {
            if let answer = fields.bool(question.rawValue) { operators.append(.question(question, answer)) }
        }
        if let pattern = fields.string("StringMatches") { operators.append(.matches(StringPattern(pattern))) }
        guard operators.count == 1 else {
            if !fields.hasProblems { fields.problem("Exactly one comparison must be given") }
            return nil
        }
        self.operator = operators[0]
    }

    func holds(for variable: Path, _ scope: DataScope) throws(StateFailure) -> Bool {
        if case .question(.isPresent, let expected) = `operator` {
            return try variable.finds(scope) == expected
        }
        let value = try Self.value(at: variable, scope)
        switch `operator` {
        case .relation(let type, let relation, let operand):
            return try Self.compare(value, type, relation, operand, scope)
        case .pathRelation(let type, let relation, let path, _):
            return try Self.compare(value, type, relation, try Self.value(at: path, scope), scope)
        case .question(let question, let expected):
            return question.answer(for: value) == expected
        case .matches(let pattern):
            let isMatch = value.stringValue.map { pattern.matches($0, scope.work) } ?? false
            try scope.checkWork()
            return isMatch
        }
    }

    private static func value(at path: Path, _ scope: DataScope) throws(StateFailure) -> JSON {
        let value: JSON
        do {
            value = try scope.value(at: path)
        } catch {
            throw scope.runtimeError(
                "Invalid path '\(path.text)': The choice state's condition path references an invalid value."
            )
        }
        scope.work.spend(1)
        if case .string(let text) = value { scope.work.spend(bytes: text.utf8.count) }
        try scope.checkWork()
        return value
    }

    private static func compare(
        _ left: JSON,
        _ type: ValueType,
        _ relation: Relation,
        _ right: JSON,
        _ scope: DataScope
    ) throws(StateFailure) -> Bool {
        scope.work.spend(comparing: left, with: right)
        try scope.checkWork()
        return type.compare(left, relation, right)
    }
}

extension Comparison.Question {
    func answer(for value: JSON) -> Bool {
        switch self {
        case .isNull: value == .null
        case .isPresent: true
        case .isNumeric: value.numberValue != nil
        case .isString: value.stringValue != nil
        case .isBoolean: value.boolValue != nil
        case .isTimestamp: value.stringValue.flatMap(Instant.init(iso8601:)) != nil
        }
    }
}

extension Comparison.ValueType {
    /// Whether a value is of this type.
    func covers(_ value: JSON) -> Bool {
        switch self {
        case .string: value.stringValue != nil
        case .numeric: value.numberValue != nil
        case .boolean: value.boolValue != nil
        case .timestamp: value.stringValue.flatMap(Instant.init(iso8601:)) != nil
        }
    }

    func compare(_ left: JSON, _ relation: Comparison.Relation, _ right: JSON) -> Bool {
        switch self {
        case .string:
            guard let left = left.stringValue, let right = right.stringValue else { return false }
            return relation.holds(Array(left.utf16), Array(right.utf16)) { $0.lexicographicallyPrecedes($1) }
        case .boolean:
            guard let left = left.boolValue, let right = right.boolValue else { return false }
            return left == right
        case .numeric:
            if case .integer(let left) = left, case .integer(let right) = right {
                return relation.holds(left, right, <)
            }
            guard let left = left.numberValue, let right = right.numberValue else { return false }
            return relation.holds(left, right, <)
        case .timestamp:
            guard let left = left.stringValue.flatMap(Timestamp.init),
                let right = right.stringValue.flatMap(Timestamp.init)
            else { return false }
            return relation.holds(left, right, <)
        }
    }
}

/// A timestamp with every digit of its fraction: an ``Instant`` has been rounded up to a millisecond, for waits.
private struct Timestamp: Comparable {
    let instant: Instant
    /// The digits behind the millisecond, without zeros at the end. With any, it is before the instant.
    let rest: String

    init?(_ text: String) {
        guard let instant = Instant(iso8601: text) else { return nil }
        self.instant = instant
        let digits = text.unicodeScalars.drop { $0 != "." }.dropFirst().prefix(while: \.isNumber).dropFirst(3)
        rest = String(digits.dropLast(digits.reversed().prefix { $0 == "0" }.count))
    }

    static func < (left: Timestamp, right: Timestamp) -> Bool {
        guard left.instant == right.instant else { return left.instant < right.instant }
        return left.rest.isEmpty || right.rest.isEmpty
            ? !left.rest.isEmpty && right.rest.isEmpty : left.rest < right.rest
    }
}

extension Comparison.Relation {
    fileprivate func holds<Value: Equatable>(_ left: Value, _ right: Value, _ isLess: (Value, Value) -> Bool) -> Bool {
        switch self {
        case .equals: left == right
        case .lessThan: isLess(left, right)
        case .greaterThan: isLess(right, left)
        case .lessThanEquals: left == right || isLess(left, right)
        case .greaterThanEquals: left == right || isLess(right, left)
        }
    }
}
