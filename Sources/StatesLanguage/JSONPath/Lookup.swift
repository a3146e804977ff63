/// What a field holds whose name ends in `.$`, or `ErrorPath` and `CausePath`: a path, or a call of an intrinsic function.
/// A class, since a step hands it around.
final class Lookup: Query {
    private let source: Source
    /// The field's name, for errors.
    private let field: String
    /// Where the field stands in the state: random values differ by it.
    private let place: String

    private enum Source: Sendable {
        case path(Path)
        case call(IntrinsicCall)
    }

    /// Compiles a field's text.
    ///
    /// - Throws: ``PathError`` with the reason as the rest of a sentence.
    init(parsing text: String, field: String, place: String) throws(PathError) {
        self.field = field
        self.place = place
        if text.hasPrefix("States.") {
            var parser = IntrinsicParser(text)
            source = .call(try parser.parse())
        } else {
            source = .path(try Path(parsing: text))
        }
    }

    var text: String {
        switch source {
        case .path(let path): path.text
        case .call(let call): call.text
        }
    }

    /// The variables that it refers to.
    var variables: [String] {
        switch source {
        case .path(let path): path.variables
        case .call(let call): call.variables
        }
    }

    func finds(_ scope: DataScope) throws(StateFailure) -> Bool {
        switch source {
        case .path(let path): try path.finds(scope)
        case .call: true
        }
    }

    func value(_ scope: DataScope) throws(StateFailure) -> JSON {
        let value: JSON
        do {
            value = try evaluated(scope)
        } catch {
            try scope.checkWork()
            throw error
        }
        scope.work.spend(on: value)
        try scope.checkWork()
        return value
    }

    private func evaluated(_ scope: DataScope) throws(StateFailure) -> JSON {
        switch source {
        case .path(let path):
            do {
                return try scope.value(at: path)
            } catch {
                throw scope.runtimeError(
                    "The JSONPath '\(path.text)' specified for the field '\(field)' could not be found in the input "
                        + "'\(scope.input.excerpt())'"
                )
            }
        case .call(let call):
            do throws(IntrinsicError) {
                return try call.value(scope, seed: scope.seed(for: place))
            } catch {
                let start = "The function '\(call.text)' had the following error: "
                switch error {
                case .usedUp: throw scope.runtimeError(WorkBudget.reason)
                case .missing(let reason): throw scope.runtimeError(start + reason)
                case .invalid(let reason):
                    throw StateFailure(error: ErrorName.intrinsicFailure, cause: scope.cause(start + reason))
                }
            }
        }
    }
}
