import NIOCore
import Synchronization

extension RedisClient {
    /// Sends commands, and waits until what they wrote is safe, on a connection of its own.
    ///
    /// That covers all that the server wrote before `mark`, on any connection: a command that finds its work done already,
    /// and writes nothing, is safe when the earlier one is. Redis 7.2 and later look only at the last *write* of the
    /// connection; that is what the mark is for.
    ///
    /// - Parameters:
    ///   - mark: A command that always writes, of the same slot on a cluster: `SET` of a key of the caller's.
    ///   - limit: How long the server waits for each of disk and replicas.
    /// - Returns: The replies, and what was reached: it can be less than what was asked for, and the commands stand.
    /// - Throws: ``RedisError`` as ``send(_:)``. With `outcomeUnknown` they may stand, and nobody knows how safely.
    public func send(
        _ commands: [RedisCommand],
        mark: RedisCommand,
        reaching durability: Durability,
        within limit: Duration
    ) async throws(RedisError) -> DurableReplies {
        let waits = durability.commands(within: limit)
        guard !commands.isEmpty, !waits.isEmpty else {
            return DurableReplies(try await send(commands), waits: [], durability)
        }
        let patience = configuration.commandTimeout + limit * waits.count
        let deadline = NIODeadline.now() + TimeAmount(patience)
        let load = try await durable.enter(until: deadline)
        defer { durable.leave(load) }
        let tail = [mark] + waits
        // The last ones cover what was written before, in however many tries.
        var last: [RedisValue] = []
        let replies = try await sendToSlot(commands, until: deadline) { commands async throws(RedisError) in
            let replies = try await self.exchange(commands + tail, patience, until: deadline)
            last = Array(replies.suffix(waits.count))
            if case .error(let error) = replies[commands.count] {
                // Without the mark nothing is known; a refused slot refuses it like the commands.
                last = waits.map { _ in .error(error) }
            }
            return Array(replies.prefix(commands.count))
        }
        return DurableReplies(replies, waits: last, durability)
    }

    /// What this server cannot reach, and why; empty where it can reach all of it now.
    ///
    /// - Throws: ``RedisError`` as ``send(_:)``.
    public func obstacles(to durability: Durability) async throws(RedisError) -> [DurabilityObstacle] {
        guard durability.asksForMore else { return [] }
        var facts: [Spelling: String] = [:]
        // One of several servers is named.
        let place = configuration.role == .node ? " at \(configuration.address.text)" : ""
        let info = try await send(RedisCommand("INFO")).string ?? ""
        for scalars in info.unicodeScalars.split(whereSeparator: { $0 == "\r" || $0 == "\n" }) {
            guard let colon = scalars.firstIndex(of: ":") else { continue }
            facts[String(scalars[..<colon])] = String(scalars[colon...].dropFirst())
        }
        var obstacles: [DurabilityObstacle] = []
        func add(_ reason: String, isPassing: Bool) { obstacles.append(.init(reason, isPassing: isPassing)) }
        if durability.isOnDisk {
            let version = facts["redis_version", default: "?"]
            let numbers = version.split(separator: ".").compactMap { Int($0) }
            if numbers.lexicographicallyPrecedes([7, 2]) {
                add("Redis \(version)\(place) has no WAITAOF: Redis 7.2, Valkey or a later one has", isPassing: false)
            } else if facts["aof_enabled"] == "0" {
                add("Redis\(place) has no append-only file (appendonly no)", isPassing: true)
            }
        }
        let connected = facts["connected_slaves"].flatMap { Int($0) } ?? 0
        if connected < durability.replicas {
            add("Redis\(place) has \(connected) of \(durability.replicas) replicas", isPassing: true)
        }
        return obstacles
    }

    /// Sends commands over a connection that has nothing else to do.
    private func exchange(
        _ commands: [RedisCommand],
        _ patience: Duration,
        until deadline: NIODeadline
    ) async throws(RedisError) -> [RedisValue] {
        while true {
            let leader = try await link.connection(until: deadline)
            if Task.isCancelled { throw RedisError(.notSent, "the caller was cancelled") }
            guard let lease = try await durableConnection(besides: leader, patience) else { continue }
            switch await lease.connection.send(commands, until: deadline) {
            case .replies(let replies):
                counters.commandsSent.wrappingAdd(commands.count, ordering: .relaxed)
                durable.putBack(lease)
                for case .error(let error) in replies where error.isOfNoPrimary(ofSlot: followsSlot) { leave(leader) }
                return replies
            case .failed(let error):
                // The server may owe replies, which would be taken for those of the next caller.
                close(lease)
                throw error
            case .unwritten:
                close(lease)
            }
        }
    }

    /// - Returns: `nil` where commands have left the server meanwhile.
    private func durableConnection(
        besides leader: RedisConnection,
        _ patience: Duration
    ) async throws(RedisError) -> DurableConnections.Lease? {
        if let lease = durable.take() { return lease }
        guard var server = link.server(of: leader) else { return nil }
        // A server that waits for its replicas is not dead.
        server.commandTimeout = patience
        let connection = try await RedisConnection.connect(server, tls: tls, on: eventLoopGroup.next())
        guard await isOneServer(leader, connection) else {
            // The address leads elsewhere by now, as behind a virtual IP: what that server reaches says nothing of this one.
            connection.close()
            leave(leader)
            return nil
        }
        guard let tie = link.tie(connection, to: leader) else {
            connection.close()
            return nil
        }
        return DurableConnections.Lease(connection: connection, tie: tie)
    }

    /// Whether two connections lead to one run of a server, as far as the user may know.
    private func isOneServer(_ one: RedisConnection, _ other: RedisConnection) async -> Bool {
        async let first = runID(over: one)
        guard let second = await runID(over: other), let first = await first else { return true }
        return first == second
    }

    private func runID(over connection: RedisConnection) async -> String? {
        let deadline = NIODeadline.now() + TimeAmount(configuration.commandTimeout)
        guard case .replies(let replies) = await connection.send([RedisCommand("INFO", "server")], until: deadline)
        else {
            return nil
        }
        let lines = replies.first?.string?.unicodeScalars.split { $0 == "\r" || $0 == "\n" } ?? []
        return lines.map { String($0) }.first { $0.hasPrefix("run_id:") }
    }

    private func close(_ lease: DurableConnections.Lease) {
        link.release(lease.tie)
        lease.connection.close()
    }

    /// Has commands leave a server that is no primary.
    private func leave(_ leader: RedisConnection) {
        link.discard(leader)
        leader.retire(within: TimeAmount(configuration.commandTimeout))
    }
}
