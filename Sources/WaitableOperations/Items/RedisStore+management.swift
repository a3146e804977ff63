import RedisClient
package import StatesLanguage
package import Waitable
package import WaitableRedis

extension RedisStore {
    /// Aborts an open execution; one that is closed already is left as it is.
    ///
    /// - Parameters:
    ///   - failure: Error and cause, where there are some.
    ///   - item: An item that is cancelled with it: one that is STARTED becomes CANCELLED, as of the given instant.
    /// - Returns: When it closed.
    /// - Throws: `refused` with `NOTFOUND`.
    @discardableResult
    package func stop(
        _ key: ExecutionKey,
        failure: ExecutionFailure?,
        item: (key: ItemKey, updated: Instant)? = nil
    ) async throws(StoreError) -> Instant {
        var arguments = FunctionArguments(key.member, failure?.json.text ?? "")
        if let item {
            arguments.append(item.key.suffix)
            arguments.append(item.updated.iso8601)
        }
        let reply = try await call("waitable_stop", arguments)
        guard let words = reply.array, words.count == 2, let milliseconds = words[1].integer else {
            throw .unexpectedReply(function: "waitable_stop", reply: "\(reply)")
        }
        return Instant(milliseconds: milliseconds)
    }

    /// Moves the end of an open execution's wait.
    ///
    /// - Parameter item: An item whose `StartActionAt` is moved with it, while it is STARTED.
    /// - Throws: `refused` with `NOTFOUND`, `CLOSED` or `LEASED`.
    package func reschedule(
        _ key: ExecutionKey,
        to instant: Instant,
        item: ItemKey? = nil
    ) async throws(StoreError) {
        var arguments = FunctionArguments(key.member, String(instant.milliseconds))
        if let item {
            arguments.append(item.suffix)
            arguments.append(instant.iso8601)
        }
        _ = try await call("waitable_reschedule", arguments)
    }

    /// Opens a failed, timed-out or aborted execution again, due now.
    ///
    /// - Parameters:
    ///   - item: An item that was cancelled with it, and is STARTED again as of the given instant.
    ///   - token: What makes the same call within 15 minutes change nothing; `nil` for none.
    /// - Returns: When it was redriven.
    /// - Throws: `refused` with `NOTFOUND`, `OPEN` or `SUCCEEDED`.
    package func redrive(
        _ key: ExecutionKey,
        item: (key: ItemKey, updated: Instant)? = nil,
        token: String? = nil
    ) async throws(StoreError) -> Instant {
        var arguments = FunctionArguments(key.member)
        arguments.append(item?.key.suffix ?? "")
        arguments.append(item?.updated.iso8601 ?? "")
        arguments.append(token ?? "")
        let reply = try await call("waitable_redrive", arguments)
        guard let milliseconds = reply.integer else {
            throw .unexpectedReply(function: "waitable_redrive", reply: "\(reply)")
        }
        return Instant(milliseconds: milliseconds)
    }

    /// Pauses a state machine: what is due of it is not claimed until it is resumed.
    ///
    /// - Returns: Since when it is paused.
    /// - Throws: `refused` with `NOTFOUND`.
    package func pause(machine: String) async throws(StoreError) -> Instant {
        let reply = try await call("waitable_pause", FunctionArguments(machine))
        guard let milliseconds = reply.integer else {
            throw .unexpectedReply(function: "waitable_pause", reply: "\(reply)")
        }
        try await copyPause(of: machine)
        return Instant(milliseconds: milliseconds)
    }

    /// Resumes a state machine: the claims that follow bring back what was due meanwhile.
    ///
    /// - Returns: Whether it was paused.
    /// - Throws: `refused` with `NOTFOUND`.
    @discardableResult
    package func resume(machine: String) async throws(StoreError) -> Bool {
        let wasPaused = try await call("waitable_unpause", FunctionArguments(machine)).integer == 1
        try await copyPause(of: machine)
        return wasPaused
    }

    /// The paused state machines, with since when.
    package func pausedMachines() async throws(StoreError) -> [Spelling: Instant] {
        var paused: [Spelling: Instant] = [:]
        for (name, since) in try await send(RedisCommand("HGETALL", keys.paused)).pairs {
            guard let name = name.string, !name.hasPrefix(":"), let milliseconds = since.integer, milliseconds > 0
            else { continue }
            paused[name] = Instant(milliseconds: milliseconds)
        }
        return paused
    }

    /// Where an execution stands in `due`: its score; `nil` where it does not.
    package func dueScore(_ key: ExecutionKey) async throws(StoreError) -> Double? {
        try await send(RedisCommand("ZSCORE", keys.due, key.member)).string.flatMap { Double($0) }
    }

    /// How long an execution's document is, in bytes; 0 where there is none, `nil` where the Redis user
    /// may not see it.
    package func documentBytes(_ key: ExecutionKey) async throws(StoreError) -> Int? {
        do throws(StoreError) {
            return Int(try await send(RedisCommand("HSTRLEN", keys.executions, key.member)).integer ?? 0)
        } catch {
            guard error.isNotAllowed else { throw error }
            return nil
        }
    }

    /// How often a lease on an execution ran out since its last progress.
    package func redeliveries(_ key: ExecutionKey) async throws(StoreError) -> Int {
        try await send(RedisCommand("HGET", keys.redelivered, key.member)).string.flatMap { Int($0) }.map(abs) ?? 0
    }
}
