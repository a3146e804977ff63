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
