import RedisClient

extension RedisStore {
    /// Reads how much memory Redis uses, and how much it may.
    ///
    /// - Throws: `refused` with `NOPERM` where this connection's user may not ask.
    package func memory() async throws(StoreError) -> RedisMemory {
        let reply = try await send(RedisCommand("INFO", "memory"))
        let info = RedisInfo(reply.string ?? "")
        guard let used = info.integer("used_memory"), let limit = info.integer("maxmemory") else {
            throw .unexpectedReply(function: "INFO", reply: "\(reply)")
        }
        return RedisMemory(used: Int(used), limit: Int(limit))
    }
}

extension Partitions {
    /// The memory of the fullest server.
    ///
    /// - Throws: `refused` with `NOPERM` where this connection's user may not ask.
    package func memory() async throws(StoreError) -> RedisMemory {
        var fullest = try await home.memory()
        for server in servers.dropFirst() {
            let memory = try await server.memory()
            if memory.isFuller(than: fullest) { fullest = memory }
        }
        return fullest
    }
}
