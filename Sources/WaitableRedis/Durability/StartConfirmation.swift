package import RedisClient

/// What a start waits for after it is written: that its server has made it as safe as asked.
package struct StartConfirmation: Sendable, Hashable {
    /// How safe the start has to be.
    package let durability: Durability
    /// Where it was written.
    package let target: WriteTarget

    /// A start that is to be safe.
    package init(_ durability: Durability, at target: WriteTarget) {
        self.durability = durability
        self.target = target
    }
}

/// Where writes of a partition go: the server, and the connection to it, which is another one after every reconnect, as that
/// may be to another server. What one server has on disk says nothing of what another one has lost.
package struct WriteTarget: Sendable, Hashable {
    let partition: Int
    let server: ObjectIdentifier
    let connection: Int
}
