/// One thing that is wrong with a definition.
public struct DefinitionProblem: Sendable, Equatable, CustomStringConvertible {
    /// AWS's code, such as `SCHEMA_VALIDATION_FAILED` or `MISSING_TRANSITION_TARGET`.
    public var code: String
    /// What is wrong.
    public var message: String
    /// Where, as a path with slashes: `/States/Pay/Next`; empty for the whole definition.
    public var location: String

    /// The code of a text that is not JSON.
    public static let invalidJSON = "INVALID_JSON_DESCRIPTION"

    /// The most bytes of a message, and of a location: they quote what they are about.
    private static let mostBytes = 4_096

    init(_ code: String = "SCHEMA_VALIDATION_FAILED", _ message: String, at location: String) {
        self.code = code
        self.message = message.shortened(to: Self.mostBytes)
        self.location = location.shortened(to: Self.mostBytes)
    }

    /// `CODE: message at /location`; of the whole definition `at null`, as AWS has it.
    public var description: String { "\(code): \(message) at \(location.isEmpty ? "null" : location)" }
}

/// A definition that cannot be run, with all that is wrong with it.
public struct DefinitionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one problem.
    public var problems: [DefinitionProblem]

    /// The problems in one line, in AWS's form.
    public var description: String { problems.map(\.description).joined(separator: ", ") }
}
