/// What `InputPath` and `OutputPath` hold: a path to a part of the data, or `null`, which stands for an empty object.
enum PathFilter: Sendable, Equatable {
    case all
    case empty
    case path(Path)

    init(_ name: String, _ fields: inout FieldReader) {
        switch fields.take(name) {
        case nil: self = .all
        case .null: self = .empty
        default: self = fields.path(name).map { $0.isWholeData ? .all : .path($0) } ?? .all
        }
    }

    var takesAll: Bool { if case .all = self { true } else { false } }

    /// Whether what it gives can be more than there is: the same parts many times.
    var gathers: Bool { if case .path(let path) = self { !path.isDefinite } else { false } }

    /// The part of the scope's data.
    func apply(_ scope: DataScope) throws(StateFailure) -> JSON {
        switch self {
        case .all: scope.input
        case .empty: .object([:])
        case .path(let path): try scope.required(path)
        }
    }
}

extension Path {
    fileprivate var isWholeData: Bool { segments.isEmpty && root == .data }
}
