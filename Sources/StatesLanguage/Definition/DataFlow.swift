/// The stages that data goes through on its way into a state and out of it, in this order.
///
/// Source: Amazon States Language, "Input and Output Processing".
struct DataFlow: Sendable {
    /// A path, or `null`, which stands for an empty object.
    enum Filter: Sendable, Equatable {
        case all
        case empty
        case path(Path)
    }

    var inputPath: Filter = .all
    var parameters: PayloadTemplate?
    var resultSelector: PayloadTemplate?
    /// `nil` throws the result away and keeps the input.
    var resultPath: Path? = .whole
    var outputPath: Filter = .all
}

extension DataFlow.Filter {
    /// Applies `InputPath` or `OutputPath`.
    func apply(to data: JSON, _ scope: DataScope) throws(StateFailure) -> JSON {
        switch self {
        case .all: data
        case .empty: .object([:])
        case .path(let path): try scope.with(data).required(path)
        }
    }
}

extension DataFlow {
    /// `InputPath`, then `Parameters`.
    func effectiveInput(_ scope: DataScope) throws(StateFailure) -> JSON {
        let input = try inputPath.apply(to: scope.input, scope)
        return try parameters?.value(scope.with(input)) ?? input
    }

    /// `InputPath`, then `OutputPath`: all that a state without a result has.
    func filtered(_ scope: DataScope) throws(StateFailure) -> JSON {
        try outputPath.apply(to: try inputPath.apply(to: scope.input, scope), scope)
    }

    /// `ResultSelector`, `ResultPath`, `OutputPath`.
    func output(of result: JSON, _ scope: DataScope) throws(StateFailure) -> JSON {
        let selected = try resultSelector?.value(scope.with(result)) ?? result
        return try outputPath.apply(to: try place(selected, scope), scope)
    }

    /// `ResultPath`: the result within the state's input.
    private func place(_ result: JSON, _ scope: DataScope) throws(StateFailure) -> JSON {
        guard let resultPath else { return scope.input }
        return try resultPath.placing(result, scope)
    }
}

extension Path {
    /// Puts a result at a reference path within the state's input.
    func placing(_ result: JSON, _ scope: DataScope) throws(StateFailure) -> JSON {
        if segments.isEmpty { return result }
        do {
            return try setting(result, in: scope.input)
        } catch {
            throw StateFailure(error: ErrorName.resultPathMatchFailure, cause: error.reason)
        }
    }
}
