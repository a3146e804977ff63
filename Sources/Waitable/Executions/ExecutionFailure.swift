public import StatesLanguage

/// Why an execution did not succeed. Either part may be absent, as in an empty `Fail` state.
public struct ExecutionFailure: Sendable, Equatable {
    /// The error name, such as `States.Runtime`.
    public var error: String?
    /// What a person reads about it.
    public var cause: String?

    /// The most characters of an error that a caller gives, as AWS has it.
    public static let longestError = 256
    /// The most characters of a cause that a caller gives, as AWS has it.
    public static let longestCause = 32_768

    /// A failure from its parts.
    public init(error: String?, cause: String?) {
        self.error = error
        self.cause = cause
    }

    /// `{"error":…,"cause":…}`, each only where it is there.
    public var json: JSON {
        var object = JSONObject()
        object["error"] = error.map(JSON.string)
        object["cause"] = cause.map(JSON.string)
        return .object(object)
    }

    /// Reads ``json``.
    init(json: JSON) {
        self.init(
            error: json.objectValue?["error"]?.stringValue,
            cause: json.objectValue?["cause"]?.stringValue
        )
    }
}
