package import RedisClient

/// How safe starts are that were asked to be safe.
package struct DurabilityOutcome: Sendable, Equatable {
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

extension RedisStore {
    /// How long Redis waits for the disk, and how long for replicas.
    package static let durabilityLimit: Duration = .seconds(3)

    /// Which server this is: another number after every reconnect, as that may be to another server.
    package var serverNumber: Int { client.connections }

    /// Waits until all that was written before is safe, on a connection that nobody else waits for.
    ///
    /// - Parameter server: Which server it was written to, ``serverNumber``. What one server has on disk says nothing of what
    ///   another one has lost.
    package func confirm(_ durability: Durability, at server: Int) async -> DurabilityOutcome {
        guard durability.asksForMore else { return DurabilityOutcome(asked: durability, reached: durability) }
        let mark = RedisCommand("SET", keys.durable, "1")
        let replies: DurableReplies
        do throws(RedisError) {
            replies = try await client.send([mark], mark: mark, reaching: durability, within: Self.durabilityLimit)
        } catch {
            return .nothing(of: durability, because: error.message)
        }
        guard serverNumber == server else {
            return .nothing(of: durability, because: "the connection to Redis was lost")
        }
        if case .error(let error) = replies.replies.first {
            return .nothing(of: durability, because: "\(refusal(error))")
        }
        return DurabilityOutcome(
            asked: durability,
            reached: Durability(isOnDisk: replies.isOnDisk, replicas: replies.replicas),
            reason: replies.refusal.map { "\(refusal($0))" }
        )
    }

    /// Why this Redis cannot reach a durability as it is set up now; `nil` where it can, or where it does not say.
    ///
    /// - Throws: ``StoreError`` where Redis cannot be asked.
    package func obstacle(to durability: Durability) async throws(StoreError) -> String? {
        // What is asked of one primary says nothing of the others.
        if durability.asksForMore, keys.partitioning.count > 1, client is ClusterSlot {
            return "starts in several partitions of a cluster cannot be confirmed"
        }
        do {
            let obstacles = try await client.obstacles(to: durability)
            return obstacles.isEmpty ? nil : obstacles.joined(separator: "; ")
        } catch {
            let refusal = refusal(error)
            guard refusal.isNotAllowed else { throw refusal }
            return nil
        }
    }
}
