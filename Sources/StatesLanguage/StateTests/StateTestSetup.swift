/// What a state is tested with, beside its input.
public struct StateTestSetup: Sendable {
    /// What stands in for a state's work.
    public enum Mock: Sendable {
        /// It comes to this.
        case result(JSON)
        /// It fails.
        case failure(error: String, cause: String?)
    }

    /// What stands in for the state's work; a state that has work needs one.
    public var mock: Mock?
    /// The variables that the state sees.
    public var variables: JSONObject
    /// How often the retrier that covers the failure has been used before.
    public var retries: Int
    /// How many iterations of a Map state fail.
    public var failedIterations: Int
    /// What an `ItemReader` reads; `nil` for the items of the state's input.
    public var readItems: [JSON]?

    /// A setup from its parts.
    public init(
        mock: Mock? = nil,
        variables: JSONObject = [:],
        retries: Int = 0,
        failedIterations: Int = 0,
        readItems: [JSON]? = nil
    ) {
        self.mock = mock
        self.variables = variables
        self.retries = retries
        self.failedIterations = failedIterations
        self.readItems = readItems
    }
}

/// A setup that does not go with the state's data; the reason is AWS's.
public struct StateTestError: Error, Sendable, Equatable {
    /// The whole text.
    public var reason: String

    /// An error from its reason.
    public init(_ reason: String) { self.reason = reason }
}
