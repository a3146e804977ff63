/// An error of a state: what `Retry` and `Catch` look at.
struct StateFailure: Error, Sendable, Equatable {
    var error: String?
    var cause: String?
}
