import RedisClient

extension RedisStore {
    /// Reads how much memory Redis uses, and how much it may.
    ///
    /// - Throws: `refused` with `NOPERM` where this connection's user may not ask.
    public func memory() async throws(StoreError) -> RedisMemory {
        let reply = try await send(RedisCommand("INFO", "memory"))
        var figures: [Substring: Int] = [:]
        for line in (reply.string ?? "").split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, let number = Int(parts[1]) { figures[parts[0]] = number }
        }
        guard let used = figures["used_memory"], let limit = figures["maxmemory"] else {
            throw .unexpectedReply(function: "INFO", reply: "\(reply)")
        }
        return RedisMemory(used: used, limit: limit)
    }
}
