/// The condition of a filter: `@.price > 3 && @.kind in ['a', 'b'] || !@.sold`.
indirect enum PathCondition: Sendable, Equatable {
    case any([PathCondition])
    case all([PathCondition])
    case not(PathCondition)
    /// Whether something is there.
    case exists(Operand)
    case compares(Operand, Operator, Operand)

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
    func holds(for element: JSON, of root: JSON) -> Bool {
        switch self {
        case .any(let conditions): conditions.contains { $0.holds(for: element, of: root) }
        case .all(let conditions): conditions.allSatisfy { $0.holds(for: element, of: root) }
        case .not(let condition): !condition.holds(for: element, of: root)
        case .exists(let operand): operand.value(for: element, of: root) != nil
        case .compares(let left, let comparison, let right):
            comparison.holds(left.value(for: element, of: root), right.value(for: element, of: root))
        }
    }
}

extension PathCondition.Operand {
    /// The value; `nil` where there is none.
    fileprivate func value(for element: JSON, of root: JSON) -> JSON? {
        switch self {
        case .literal(let value): return value
        case .path(let path, let fromElement):
            guard let value = try? path.value(in: fromElement ? element : root) else { return nil }
            return !path.isDefinite && value.arrayValue?.isEmpty == true ? nil : value
        }
    }
}

extension PathCondition.Operator {
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
