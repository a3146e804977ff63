/// What a stream of events tells about.
struct EventArea: Sendable {
    /// How often it is looked at.
    let interval: Duration
    /// Whether it is told only when it has changed; it changes all the time otherwise.
    var isQuiet = false
    /// Reads how it stands.
    let read: @Sendable () async throws -> StreamEvent
}
