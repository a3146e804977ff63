/// Somebody who has authenticated.
struct Principal: Sendable, Equatable {
    /// The name of the token, or the id of the access key.
    let name: String
    let rights: Set<Right>
}
