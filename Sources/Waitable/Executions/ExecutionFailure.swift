package import StatesLanguage

/// Why an execution did not succeed. Either part may be absent, as in an empty `Fail` state.
package struct ExecutionFailure: Sendable, Equatable {
    /// The error name, such as `States.Runtime`.
    package var error: String?
    /// What a person reads about it.
    package var cause: String?

    /// The most characters of an error that a caller gives, as AWS has it.
    package static let longestError = 256
    /// The most characters of a cause that a caller gives, as AWS has it.
    package static let longestCause = 32_768

    /// A failure from its parts.
    package init(error: String?, cause: String?) {
        self.error = error
        self.cause = cause
    }

    /// `{"error":…,"cause":…}`, each only where it is there.
    package var json: JSON {
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
