/// A compiled field that makes data from a state's.
protocol Template: Sendable {
    /// The value for some data.
    ///
    /// - Throws: The failure that AWS raises where there is no value.
    func value(_ scope: DataScope) throws(StateFailure) -> JSON
}

/// A template that is one question.
protocol Query: Template {
    /// As the definition has it.
    var text: String { get }

    /// Whether there is something to find in some data.
    func finds(_ scope: DataScope) throws(StateFailure) -> Bool
}

/// What a choice rule tests.
protocol ChoiceCondition: Sendable {
    /// Whether it holds.
    ///
    /// - Parameter scope: With the state's effective input.
    func matches(_ scope: DataScope) throws(StateFailure) -> Bool
}

/// Where a Map state's items are.
protocol ItemSource: Sendable {
    /// The items for some data.
    ///
    /// - Parameter scope: With the state's effective input.
    func items(_ scope: DataScope) throws(StateFailure) -> [JSON]
}
