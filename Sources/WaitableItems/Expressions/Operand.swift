import JSONValues

/// What conditions compare and updates assign.
indirect enum Operand: Sendable, Equatable {
    case path(DocumentPath)
    case value(AttributeValue)
    /// `size(path)`, in conditions.
    case size(DocumentPath)
    /// `if_not_exists(path, operand)`, in updates.
    case ifNotExists(DocumentPath, Operand)
    /// `list_append(operand, operand)`, in updates.
    case listAppend(Operand, Operand)
    /// `operand + operand`, in updates.
    case sum(Operand, Operand)
    /// `operand - operand`, in updates.
    case difference(Operand, Operand)

    /// For programs.
    var json: JSON {
        switch self {
        case .path(let path): .array([.string("p"), path.json])
        case .value(let value): .array([.string("v"), value.json])
        case .size(let path): .array([.string("size"), path.json])
        case .ifNotExists(let path, let operand): .array([.string("else"), path.json, operand.json])
        case .listAppend(let first, let second): .array([.string("append"), first.json, second.json])
        case .sum(let first, let second): .array([.string("+"), first.json, second.json])
        case .difference(let first, let second): .array([.string("-"), first.json, second.json])
        }
    }

    /// Whether it may be as large as what is in the item.
    var copies: Bool {
        switch self {
        case .path, .ifNotExists, .listAppend: true
        case .value, .size, .sum, .difference: false
        }
    }

    /// The type, where it is known without the item.
    var staticType: String? {
        switch self {
        case .value(let value): value.typeName
        case .size, .sum, .difference: "N"
        case .listAppend: "L"
        case .path, .ifNotExists: nil
        }
    }
}
