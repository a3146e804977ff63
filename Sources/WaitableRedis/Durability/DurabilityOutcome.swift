package import RedisClient

/// How safe starts are that were asked to be safe.
package struct DurabilityOutcome: Sendable, Hashable {
    /// What was asked for.
    package var asked: Durability
    /// What was reached; it can be more.
    package var reached: Durability
    /// Why it is not known to be more; `nil` where the server waited in vain, or not in vain.
    package var reason: String?

    /// What became of starts that were to be safe.
    package init(asked: Durability, reached: Durability, reason: String? = nil) {
        self.asked = asked
        self.reached = reached
        self.reason = reason
    }

    /// Whether it is as safe as was asked for.
    package var isEnough: Bool {
        (reached.isOnDisk || !asked.isOnDisk) && reached.replicas >= asked.replicas && reason == nil
    }

    /// Nothing that can be relied on.
    static func nothing(of asked: Durability, because reason: String) -> Self {
        Self(asked: asked, reached: Durability(), reason: reason)
    }
}
