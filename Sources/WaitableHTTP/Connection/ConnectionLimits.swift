package import NIOCore

/// What a client may make a connection wait for.
package struct ConnectionLimits: Sendable {
    /// The most connections at once. The next one takes the place of the one that has waited longest for its client.
    package var connections = 4_096
    /// The most requests under way at once that were sent ahead of the answers to those before them, over all connections.
    package var ahead = 8
    /// The most bytes of a request's head: its line and its fields.
    package var headBytes = 16_384
    /// How long the head of a request may take.
    package var headTime: TimeAmount = .seconds(20)
    /// After how long a connection is closed on which no request comes, or goes on.
    package var idle: TimeAmount = .seconds(75)
    /// How long the body of a request may take, besides what its size takes at ``bodyRate``.
    package var bodyTime: TimeAmount = .seconds(20)
    /// The bytes a second that a body has to come by beyond ``bodyTime``.
    package var bodyRate = 16_384
    /// After how long a connection is closed whose client has answers to read, and takes none of them.
    package var answerTime: TimeAmount = .seconds(75)
    /// How long a client is listened to, and not heard, that sends on after the last answer.
    package var lingering: TimeAmount = .seconds(2)

    /// The usual limits.
    package init() {}
}
