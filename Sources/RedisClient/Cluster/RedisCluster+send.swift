import NIOCore

extension RedisCluster {
    /// What is done with a command whose slot is on its way to another node, when its keys are not, or no longer, at the first.
    public enum SlotMove: Sendable, Hashable {
        /// It waits until the move is over: right for functions and scripts that find keys by themselves, which must not run
        /// where only some of them are.
        case wait
        /// It goes to the other node at once (`ASKING`): right for commands that name all of their keys.
        case follow
    }

    /// Sends one command to the primary of its key.
    ///
    /// - Throws: ``RedisError`` as ``RedisClient/send(_:)-(RedisCommand)``.
    public func send(
        _ command: RedisCommand,
        key: String,
        inMove move: SlotMove = .wait
    ) async throws(RedisError) -> RedisValue {
        let reply = try await send([command], key: key, inMove: move)[0]
        if case .error(let error) = reply { throw RedisError(error) }
        return reply
    }

    /// Sends commands of one slot to its primary, in one write.
    ///
    /// Those that are not taken (`MOVED`, `ASK`, `TRYAGAIN`, `CLUSTERDOWN`) are sent again, behind the others, until the
    /// command time-out.
    ///
    /// - Parameters:
    ///   - key: Any key of the slot.
    ///   - move: What is done while the slot is on its way to another node.
    /// - Returns: A reply for each, in order; error replies are values here.
    public func send(
        _ commands: [RedisCommand],
        key: String,
        inMove move: SlotMove = .wait
    ) async throws(RedisError) -> [RedisValue] {
        let deadline = NIODeadline.now() + TimeAmount(configuration.commandTimeout)
        return try await send(commands, to: HashSlot(of: key), move, until: deadline) {
            client,
            commands async throws(RedisError) in
            try await client.send(commands, until: deadline)
        }
    }

    /// Sends commands of one slot to its primary, and waits until what they wrote is safe: see
    /// ``RedisClient/send(_:mark:reaching:within:)``. While the slot is on its way to another node, they wait.
    ///
    /// - Parameters:
    ///   - key: Any key of the slot.
    ///   - mark: A command of the same slot that always writes.
    public func send(
        _ commands: [RedisCommand],
        key: String,
        mark: RedisCommand,
        reaching durability: Durability,
        within limit: Duration
    ) async throws(RedisError) -> DurableReplies {
        let deadline = NIODeadline.now() + TimeAmount(configuration.commandTimeout + limit * 2)
        var last: DurableReplies?
        let replies = try await send(commands, to: HashSlot(of: key), .wait, until: deadline) {
            client,
            commands async throws(RedisError) in
            let reached = try await client.send(commands, mark: mark, reaching: durability, within: limit)
            last = reached
            return reached.replies
        }
        // The last one covers what was written before.
        guard var reached = last else { return DurableReplies(replies, waits: [], durability) }
        reached.replies = replies
        return reached
    }

    private func send(
        _ commands: [RedisCommand],
        to slot: HashSlot,
        _ move: SlotMove,
        until deadline: NIODeadline,
        _ sendOnce: (RedisClient, [RedisCommand]) async throws(RedisError) -> [RedisValue]
    ) async throws(RedisError) -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        var route = Route()
        var backoff = Backoff(.milliseconds(10) ... .milliseconds(500))
        while true {
            do throws(RedisError) {
                try await send(commands, along: &route, of: slot, move, sendOnce)
                if route.isComplete { return route.replies }
            } catch {
                // Another node may have the slot by now. What was answered already stands.
                guard error.code == .notSent, !isClosed else { throw error }
                route.failure = error
            }
            let pause = TimeAmount(backoff.next())
            guard .now() + pause < deadline, (try? await Task.sleep(for: Duration(pause))) != nil else {
                return try route.outcome()
            }
        }
    }

    /// Sends what is open once.
    private func send(
        _ commands: [RedisCommand],
        along route: inout Route,
        of slot: HashSlot,
        _ move: SlotMove,
        _ sendOnce: (RedisClient, [RedisCommand]) async throws(RedisError) -> [RedisValue]
    ) async throws(RedisError) {
        for (address, open) in route.batches(of: commands.count) {
            let client = try self.client(of: slot, orAt: address)
            var batch = open.map { commands[$0] }
            if address != nil { batch = batch.flatMap { [RedisCommand("ASKING"), $0] } }
            var replies: [RedisValue]
            do throws(RedisError) {
                replies = try await sendOnce(client, batch)
            } catch {
                doubt()
                throw error
            }
            if address != nil { replies = stride(from: 1, to: replies.count, by: 2).map { replies[$0] } }
            // Nearly always the map is right.
            if open.count == commands.count, address == nil, !replies.contains(where: \.isRedirection) {
                route.complete(replies)
                return
            }
            route.begin(replies)
            for (index, reply) in zip(open, replies) {
                switch route.take(reply, for: index, from: client.configuration.address, move) {
                case .moved(let slot, let address): self.move(slot, to: address)
                case .wait: doubt()
                case .ask, nil: break
                }
            }
        }
    }

    private func client(of slot: HashSlot, orAt address: Address?) throws(RedisError) -> RedisClient {
        let client = if let address { try client(at: address) } else { try client(of: slot) }
        guard let client else {
            doubt()
            throw RedisError(.notSent, "no node of \(configuration) is known to have the slot \(slot)")
        }
        return client
    }
}
