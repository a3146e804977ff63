import JSONValues

/// A condition on an item.
indirect enum ConditionExpression: Sendable, Equatable {
    enum Comparator: String, Sendable {
        case equal = "="
        case unequal = "<>"
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    case and(ConditionExpression, ConditionExpression)
    case or(ConditionExpression, ConditionExpression)
    case not(ConditionExpression)
    case comparison(Comparator, Operand, Operand)
    case between(Operand, Operand, Operand)
    case isIn(Operand, [Operand])
    case exists(DocumentPath)
    case notExists(DocumentPath)
    case hasType(DocumentPath, String)
    case beginsWith(Operand, Operand)
    case contains(Operand, Operand)

    /// For programs.
    var json: JSON {
        switch self {
        case .and(let first, let second): .array([.string("and"), first.json, second.json])
        case .or(let first, let second): .array([.string("or"), first.json, second.json])
        case .not(let condition): .array([.string("not"), condition.json])
        case .comparison(let comparator, let first, let second):
            .array([.string(comparator.rawValue), first.json, second.json])
        case .between(let operand, let lower, let upper):
            .array([.string("between"), operand.json, lower.json, upper.json])
        case .isIn(let operand, let candidates):
            .array([.string("in"), operand.json, .array(candidates.map(\.json))])
        case .exists(let path): .array([.string("exists"), path.json])
        case .notExists(let path): .array([.string("absent"), path.json])
        case .hasType(let path, let type): .array([.string("type"), path.json, .string(type)])
        case .beginsWith(let operand, let prefix): .array([.string("begins"), operand.json, prefix.json])
        case .contains(let operand, let part): .array([.string("contains"), operand.json, part.json])
        }
    }
}
