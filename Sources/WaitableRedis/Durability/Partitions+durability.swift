package import RedisClient

extension Partitions {
    /// How long Redis waits for the disk, and how long for replicas.
    package static let durabilityLimit: Duration = .seconds(3)

    /// What a start that is about to be written has to wait for after it; `nil` where it does not have to be safe.
    ///
    /// - Parameter id: The id of what is started.
    package func confirmation(of id: String, reaching durability: Durability) -> StartConfirmation? {
        durability.asksForMore ? StartConfirmation(durability, at: store(of: id).writeTarget) : nil
    }

    /// Waits until all that was written before is safe, on connections that nobody else waits for: once for each server and
    /// each durability, however many partitions the server has.
    package func confirm(_ confirmations: Set<StartConfirmation>) async -> [StartConfirmation: DurabilityOutcome] {
        let rounds = Dictionary(grouping: confirmations) { DurabilityRound($0) }
        return await withTaskGroup(of: [StartConfirmation: DurabilityOutcome].self) { group in
            for (round, confirmations) in rounds {
                group.addTask { await confirm(round.durability, confirmations) }
            }
            return await group.reduce(into: [:]) { $0.merge($1) { $1 } }
        }
    }

    /// Waits for what was written at one server.
    private func confirm(
        _ durability: Durability,
        _ confirmations: [StartConfirmation]
    ) async -> [StartConfirmation: DurabilityOutcome] {
        let lost = DurabilityOutcome.nothing(of: durability, because: "the connection to Redis was lost")
        var outcomes = Dictionary(uniqueKeysWithValues: confirmations.map { ($0, lost) })
        let current = confirmations.filter(isCurrent)
        guard let first = current.first else { return outcomes }
        let store = stores[first.target.partition]
        guard let server = store.client.node else { return outcomes }
        let mark = RedisCommand("SET", store.keys.durable, "1")
        let isCluster = store.client is ClusterSlot
        let looks = isCluster ? looks(at: current) : [mark]
        let replies: DurableReplies
        do throws(RedisError) {
            replies = try await server.send(looks, mark: mark, reaching: durability, within: Self.durabilityLimit)
        } catch {
            for confirmation in current { outcomes[confirmation] = .nothing(of: durability, because: error.message) }
            return outcomes
        }
        let reached = DurabilityOutcome(
            asked: durability,
            reached: Durability(isOnDisk: replies.isOnDisk, replicas: replies.replicas),
            reason: replies.refusal.map { "\(store.refusal($0))" }
        )
        let refused = isCluster ? refusals(of: current, replies.replies) : [:]
        if refused[first] == nil {
            for confirmation in current where isCurrent(confirmation) { outcomes[confirmation] = reached }
        } else {
            // The mark was refused for the same reason, which says nothing of the others.
            outcomes.merge(await confirm(durability, current.filter { refused[$0] == nil })) { $1 }
        }
        outcomes.merge(refused) { $1 }
        return outcomes
    }

    /// Looks for a key of each partition that is never there: while its slot is on its way to another server, this one says so
    /// instead.
    private func looks(at confirmations: [StartConfirmation]) -> [RedisCommand] {
        confirmations.map { RedisCommand("EXISTS", stores[$0.target.partition].keys.prefix) }
    }

    /// What becomes of those whose partition the server did not look into.
    private func refusals(
        of confirmations: [StartConfirmation],
        _ replies: [RedisValue]
    ) -> [StartConfirmation: DurabilityOutcome] {
        var refusals: [StartConfirmation: DurabilityOutcome] = [:]
        for case (let confirmation, .error(let error)) in zip(confirmations, replies) {
            let isMoving = error.prefix == "ASK" || error.prefix == "MOVED"
            let store = stores[confirmation.target.partition]
            refusals[confirmation] = .nothing(
                of: confirmation.durability,
                because: isMoving ? "the partition moves to another server" : "\(store.refusal(error))"
            )
        }
        return refusals
    }

    /// Whether writes still go where they went.
    private func isCurrent(_ confirmation: StartConfirmation) -> Bool {
        stores[confirmation.target.partition].writeTarget == confirmation.target
    }

    /// Why this Redis cannot reach a durability as it is set up now; `nil` where it can, or where it does not say. On a cluster
    /// each primary has to be able to.
    ///
    /// - Throws: ``StoreError`` where Redis cannot be asked.
    package func obstacle(to durability: Durability) async throws(StoreError) -> DurabilityObstacle? {
        guard durability.asksForMore else { return nil }
        // With its answer the cluster's other primaries are known.
        var obstacle = try await home.obstacle(to: durability)
        for server in servers.dropFirst() {
            // What does not pass tells more than what does.
            guard obstacle?.isPassing ?? true else { break }
            let other = try await server.obstacle(to: durability)
            if obstacle == nil || other?.isPassing == false { obstacle = other ?? obstacle }
        }
        return obstacle
    }
}
