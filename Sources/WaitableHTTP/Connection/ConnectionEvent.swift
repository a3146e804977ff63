/// What whoever answers a request tells its connection.
enum ConnectionEvent: Sendable {
    /// The body is wanted: a client that waits for `100 Continue` may send it.
    case bodyWanted
    /// The answer begins before the body has ended, and the body may take as long as it likes.
    case bodyStreams
    /// What to do, once, when the client goes before its answer.
    case onGone(@Sendable () -> Void)
    /// Another connection wants the place of this one, where it waits for its client.
    case placeWanted
}
