/// What a field holds whose name ends in `.$`, or `ErrorPath` and `CausePath`: a path, or a call of an intrinsic function.
enum Lookup: Sendable {
    case path(Path)
    case call(IntrinsicCall)

    /// Compiles a field's text.
    ///
    /// - Throws: ``PathError`` with the reason as the rest of a sentence.
    init(parsing text: String) throws(PathError) {
        if text.hasPrefix("States.") {
            var parser = IntrinsicParser(text)
            self = .call(try parser.parse())
        } else {
            self = .path(try Path(parsing: text))
        }
    }

    var text: String {
        switch self {
        case .path(let path): path.text
        case .call(let call): call.text
        }
    }

    /// The variables that it refers to.
    var variables: [String] {
        switch self {
        case .path(let path): path.variables
        case .call(let call): call.variables
        }
    }

    /// The value for some data.
    ///
    /// - Parameters:
    ///   - field: The field's name, for errors.
    ///   - place: Where the field stands in the state: random values differ by it.
    func value(_ data: DataScope, field: String, at place: String) throws(StateFailure) -> JSON {
        switch self {
        case .path(let path):
            do {
                return try data.value(at: path)
            } catch {
                throw data.runtimeError(
                    "The JSONPath '\(path.text)' specified for the field '\(field)' could not be found in the input "
                        + "'\(data.input.text)'"
                )
            }
        case .call(let call):
            do throws(IntrinsicError) {
                return try call.value(data, seed: data.seed(for: place))
            } catch {
                let start = "The function '\(call.text)' had the following error: "
                switch error {
                case .missing(let reason): throw data.runtimeError(start + reason)
                case .invalid(let reason):
                    throw StateFailure(error: ErrorName.intrinsicFailure, cause: data.cause(start + reason))
                }
            }
        }
    }
}
