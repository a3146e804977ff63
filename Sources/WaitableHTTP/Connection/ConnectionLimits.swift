public import NIOCore

/// What a client may make a connection wait for.
public struct ConnectionLimits: Sendable {
    /// After how long a connection is closed on which no request comes, or goes on.
    public var idle: TimeAmount = .seconds(75)
    /// How long the body of a request may take, besides what its size takes at ``bodyRate``.
    public var bodyTime: TimeAmount = .seconds(20)
    /// The bytes a second that a body has to come by beyond ``bodyTime``.
    public var bodyRate = 16_384
    /// After how long a connection is closed whose client has answers to read, and takes none of them.
    public var answerTime: TimeAmount = .seconds(75)
    /// How long a client is listened to, and not heard, that sends on after the last answer.
    public var lingering: TimeAmount = .seconds(2)

    /// The usual limits.
    public init() {}
}
