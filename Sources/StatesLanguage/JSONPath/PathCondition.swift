/// The condition of a filter: `@.price > 3 && @.kind in ['a', 'b'] || !@.sold || @.name =~ /b.*/i`.
indirect enum PathCondition: Sendable, Equatable {
    case any([PathCondition])
    case all([PathCondition])
    case not(PathCondition)
    /// Whether something is there.
    case exists(Operand)
    case compares(Operand, Operator, Operand)
    /// Whether the whole of a text, a number or a boolean matches.
    case matches(Operand, RegularExpression)

    /// What is compared.
    enum Operand: Sendable, Equatable {
        case literal(JSON)
        /// A path from the element, `@`, or from the document, `$`.
        case path(Path, fromElement: Bool)
    }

    enum Operator: String, Sendable, CaseIterable {
        case equal = "=="
        case unequal = "!="
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case less = "<"
        case greater = ">"
        case isIn = "in"
        case isNotIn = "nin"
    }

    /// Whether it holds for an element.
    ///
    /// - Parameter work: What it costs. Where that is used up, the answer is not to be used.
    func holds(for element: JSON, of root: JSON, _ work: WorkBudget) -> Bool {
        guard work.spend(1) else { return false }
        switch self {
        case .any(let conditions): return conditions.contains { $0.holds(for: element, of: root, work) }
        case .all(let conditions): return conditions.allSatisfy { $0.holds(for: element, of: root, work) }
        case .not(let condition): return !condition.holds(for: element, of: root, work)
        case .exists(let operand): return operand.value(for: element, of: root, work) != nil
        case .compares(let left, let comparison, let right):
            let (left, right) = (
                left.value(for: element, of: root, work), right.value(for: element, of: root, work)
            )
            guard comparison.spend(on: left, right, work) else { return false }
            return comparison.holds(left, right)
        case .matches(let operand, let expression):
            switch operand.value(for: element, of: root, work) {
            case .string(let text)?: return expression.matches(text, work)
            case let value? where value.numberValue != nil || value.boolValue != nil:
                return expression.matches(value.text, work)
            default: return false
            }
        }
    }
}

extension PathCondition.Operand {
    /// The value; `nil` where there is none.
    fileprivate func value(for element: JSON, of root: JSON, _ work: WorkBudget) -> JSON? {
        switch self {
        case .literal(let value): return value
        case .path(let path, let fromElement):
            guard work.spend(path.segments.count),
                let value = try? path.value(in: fromElement ? element : root, work)
            else { return nil }
            return !path.isDefinite && value.arrayValue?.isEmpty == true ? nil : value
        }
    }
}

extension PathCondition.Operator {
    /// Uses what it costs to compare two values, or one with each value of a list.
    ///
    /// - Returns: Whether they may be compared.
    fileprivate func spend(on left: JSON?, _ right: JSON?, _ work: WorkBudget) -> Bool {
        guard let left, let right else { return true }
        switch self {
        case .isIn, .isNotIn:
            guard let list = right.arrayValue else { return true }
            return work.spend(list.count) && list.allSatisfy { work.spend(comparing: left, with: $0) }
        case .equal, .unequal, .less, .greater, .lessOrEqual, .greaterOrEqual:
            return work.spend(comparing: left, with: right)
        }
    }

    /// Whether it holds between two values. Values of different types are not equal, and neither is less.
    fileprivate func holds(_ left: JSON?, _ right: JSON?) -> Bool {
        switch self {
        case .equal: return Self.areEqual(left, right)
        case .unequal: return !Self.areEqual(left, right)
        case .less: return Self.precedes(left, right)
        case .greater: return Self.precedes(right, left)
        case .lessOrEqual:
            return Self.precedes(left, right) || Self.areOrdered(left, right) && Self.areEqual(left, right)
        case .greaterOrEqual:
            return Self.precedes(right, left) || Self.areOrdered(left, right) && Self.areEqual(left, right)
        case .isIn: return right?.arrayValue?.contains { Self.areEqual(left, $0) } ?? false
        case .isNotIn: return !(right?.arrayValue?.contains { Self.areEqual(left, $0) } ?? false)
        }
    }

    private static func areEqual(_ left: JSON?, _ right: JSON?) -> Bool {
        if let one = left?.numberValue, let two = right?.numberValue { return one == two }
        return left == right
    }

    private static func areOrdered(_ left: JSON?, _ right: JSON?) -> Bool {
        left?.numberValue != nil && right?.numberValue != nil || left?.stringValue != nil && right?.stringValue != nil
    }

    private static func precedes(_ left: JSON?, _ right: JSON?) -> Bool {
        if let one = left?.numberValue, let two = right?.numberValue { return one < two }
        if let one = left?.stringValue, let two = right?.stringValue {
            return one.unicodeScalars.lexicographicallyPrecedes(two.unicodeScalars)
        }
        return false
    }
}
