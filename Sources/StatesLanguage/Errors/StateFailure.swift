/// An error of a state: what `Retry` and `Catch` look at.
struct StateFailure: Error, Sendable, Equatable {
    var error: String?
    var cause: String?
    /// Where a query of the state itself failed; `nil` for every other failure.
    var evaluation: Evaluation?

    /// A query that failed.
    struct Evaluation: Sendable, Equatable {
        /// The query's place in the state, as a path with slashes; `nil` where it has none.
        var location: String?
    }
}
