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

    /// The failure of a state that cannot use what the question gave, in the words that AWS has for each language.
    ///
    /// - Parameters:
    ///   - path: What to say of a path.
    ///   - expression: What to say of an expression.
    func failure(path: String, expression: String, _ scope: DataScope) -> StateFailure
}

extension Query {
    func failure(path: String, expression: String, _ scope: DataScope) -> StateFailure { scope.runtimeError(path) }
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
