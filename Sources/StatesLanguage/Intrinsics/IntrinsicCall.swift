/// A compiled call of an intrinsic function, such as `States.Format('{}', $.name)`.
///
/// Source: Amazon States Language, "Intrinsic Functions".
struct IntrinsicCall: Sendable {
    /// As it was written.
    let text: String
    let function: IntrinsicFunction
    let arguments: [Argument]
    /// Where the call stands in the field's text: calls in one field differ by it.
    let position: Int

    indirect enum Argument: Sendable {
        case constant(JSON)
        /// The literal template of `States.Format`: the texts around its `{}`.
        case pieces([String])
        case path(Path)
        case call(IntrinsicCall)
    }

    /// The variables that its arguments refer to.
    var variables: [String] {
        arguments.flatMap { (argument) -> [String] in
            switch argument {
            case .path(let path): path.variables
            case .call(let call): call.variables
            case .constant, .pieces: []
            }
        }
    }

    /// The value for some data.
    ///
    /// - Parameter seed: What random values are made from: the same for the same evaluation, made again.
    func value(_ data: DataScope, seed: String) throws(IntrinsicError) -> JSON {
        var values: [JSON] = []
        values.reserveCapacity(arguments.count)
        var pieces: [String]?
        for argument in arguments {
            switch argument {
            case .constant(let value): values.append(value)
            case .pieces(let texts):
                pieces = texts
                values.append(.string(texts.joined(separator: "{}")))
            case .path(let path):
                do {
                    values.append(try data.value(at: path))
                } catch {
                    throw .missing(
                        "The JsonPath argument for the field '\(path.text)' could not be found in the input "
                            + "'\(data.input.excerpt())'"
                    )
                }
            case .call(let call): values.append(try call.value(data, seed: seed))
            }
        }
        guard data.work.spend(1 + values.count) else { throw .usedUp }
        return try function.evaluate(
            IntrinsicArguments(
                function: function.name,
                values: values,
                pieces: pieces,
                seed: "\(seed)|\(position)",
                work: data.work
            )
        )
    }
}

/// Why a call has no value.
enum IntrinsicError: Error {
    /// It needs more work than the state may use.
    case usedUp
    /// An argument's path finds nothing: an error that no state can catch.
    case missing(String)
    /// The function does not take its arguments.
    case invalid(String)
}
