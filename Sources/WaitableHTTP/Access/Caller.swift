/// Somebody who has authenticated.
struct Caller: Sendable, Equatable {
    /// The name of the token, or the id of the access key.
    let name: String
    let rights: Set<Right>
}
