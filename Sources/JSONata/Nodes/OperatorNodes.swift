/// `+`, `-`, `*`, `/` and `%` of two numbers.
final class ArithmeticNode: Node {
    private let symbol: Symbol
    private let left: any Node
    private let right: any Node
    private let position: Int

    init(_ symbol: Symbol, _ left: any Node, _ right: any Node, at position: Int) {
        self.symbol = symbol
        self.left = left
        self.right = right
        self.position = position
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        let one = try evaluation.evaluate(left, input, scope)
        let two = try evaluation.evaluate(right, input, scope)
        let first = try number(one, .t2001)
        let second = try number(two, .t2002)
        guard let first, let second else { return .undefined }
        return switch symbol {
        case .plus: .number(first + second)
        case .minus: .number(first - second)
        case .star: .number(first * second)
        case .slash: .number(first / second)
        default: .number(first.truncatingRemainder(dividingBy: second))
        }
    }

    private func number(_ value: Value, _ code: ErrorCode) throws(JSONataError) -> Double? {
        if value.isUndefined { return nil }
        guard let number = try value.number else {
            throw JSONataError(code, at: position, token: symbol.rawValue, value: value)
        }
        return number
    }
}

/// `=`, `!=`, `<`, `<=`, `>`, `>=` and `in`.
final class ComparisonNode: Node {
    private let symbol: Symbol
    private let left: any Node
    private let right: any Node
    private let position: Int

    init(_ symbol: Symbol, _ left: any Node, _ right: any Node, at position: Int) {
        self.symbol = symbol
        self.left = left
        self.right = right
        self.position = position
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        let one = try evaluation.evaluate(left, input, scope)
        let two = try evaluation.evaluate(right, input, scope)
        switch symbol {
        case .equal, .notEqual:
            if one.isUndefined || two.isUndefined { return .bool(false) }
            return .bool(try evaluation.isEqual(one, two) == (symbol == .equal))
        case .in: return .bool(try includes(one, two, evaluation))
        default: return try compare(one, two, evaluation)
        }
    }

    private func includes(_ one: Value, _ two: Value, _ evaluation: Evaluation) throws(JSONataError) -> Bool {
        if one.isUndefined { return false }
        guard case .array(let array) = two else { return two.isUndefined ? false : try evaluation.isEqual(one, two) }
        try evaluation.budget.spend(array.count)
        for item in array where try evaluation.isEqual(item, one) { return true }
        return false
    }

    private func compare(_ one: Value, _ two: Value, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        for value in [one, two] {
            switch value {
            case .undefined, .number, .string: break
            default: throw JSONataError(.t2010, at: position, token: symbol.rawValue, value: value)
            }
        }
        switch (one, two) {
        case (.undefined, _), (_, .undefined): return .undefined
        case (.number(let one), .number(let two)): return .bool(holds(one < two, one == two, one > two))
        case (.string(let one), .string(let two)):
            try evaluation.budget.spend(bytes: min(one.utf8.count, two.utf8.count))
            let order = one.utf16Order(two)
            return .bool(holds(order < 0, order == 0, order > 0))
        default:
            throw JSONataError(
                .t2009,
                at: position,
                token: symbol.rawValue,
                fields: [("value", one.excerpt), ("value2", two.excerpt)]
            )
        }
    }

    private func holds(_ isLess: Bool, _ isEqual: Bool, _ isGreater: Bool) -> Bool {
        switch symbol {
        case .less: isLess
        case .lessOrEqual: isLess || isEqual
        case .greater: isGreater
        default: isGreater || isEqual
        }
    }
}

/// `and` and `or`. The right side is looked at only where it matters.
final class LogicNode: Node {
    private let isAnd: Bool
    private let left: any Node
    private let right: any Node

    init(isAnd: Bool, _ left: any Node, _ right: any Node) {
        self.isAnd = isAnd
        self.left = left
        self.right = right
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        let first = try evaluation.isTrue(evaluation.evaluate(left, input, scope))
        if first != isAnd { return .bool(first) }
        return .bool(try evaluation.isTrue(evaluation.evaluate(right, input, scope)))
    }
}

/// `&`: two texts as one.
final class ConcatenationNode: Node {
    private let left: any Node
    private let right: any Node

    init(_ left: any Node, _ right: any Node) {
        self.left = left
        self.right = right
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        let one = try evaluation.evaluate(left, input, scope)
        let two = try evaluation.evaluate(right, input, scope)
        let text = try evaluation.text(one) ?? ""
        return try evaluation.string(text + (try evaluation.text(two) ?? ""))
    }
}

/// `..`: the whole numbers between two.
final class RangeNode: Node {
    private let left: any Node
    private let right: any Node
    private let position: Int

    private static let most = 10_000_000

    init(_ left: any Node, _ right: any Node, at position: Int) {
        self.left = left
        self.right = right
        self.position = position
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        let one = try evaluation.evaluate(left, input, scope)
        let two = try evaluation.evaluate(right, input, scope)
        let first = try whole(one, .t2003)
        let last = try whole(two, .t2004)
        guard let first, let last, first <= last else { return .undefined }
        let count = last - first + 1
        // Beyond 2^53 whole numbers are not all there.
        guard count <= Double(Self.most), max(first.magnitude, last.magnitude) <= 0x1p53 else {
            throw JSONataError(.d2014, at: position, value: .number(count))
        }
        return .array(ValueArray(.range(from: Int(first), count: Int(count)), .sequence, depth: 1))
    }

    private func whole(_ value: Value, _ code: ErrorCode) throws(JSONataError) -> Double? {
        if value.isUndefined { return nil }
        guard case .number(let number) = value, number.isFinite, number.rounded() == number else {
            throw JSONataError(code, at: position, value: value)
        }
        return number
    }
}

/// `-` before something.
final class NegationNode: Node {
    private let operand: any Node
    private let position: Int

    init(_ operand: any Node, at position: Int) {
        self.operand = operand
        self.position = position
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        let value = try evaluation.evaluate(operand, input, scope)
        if value.isUndefined { return .undefined }
        guard let number = try value.number else {
            throw JSONataError(.d1002, at: position, token: "-", value: value)
        }
        return .number(-number)
    }
}
