import RedisClient

/// Confirmations that one wait of Redis is for.
struct DurabilityRound: Sendable, Hashable {
    let durability: Durability
    private let server: ObjectIdentifier
    private let connection: Int

    init(_ confirmation: StartConfirmation) {
        durability = confirmation.durability
        server = confirmation.target.server
        connection = confirmation.target.connection
    }
}
