import RedisClient

extension Partition {
    /// What the only sleeping worker is told while the body runs.
    func messages(during body: () async throws -> Void) async throws -> [String] {
        try await messages(to: "sleeper") {
            try await redis("ZADD", "~:sleepers", "9000000000000", "sleeper")
            try await body()
        }
    }

    /// What a worker is told while the body runs.
    func messages(to worker: String, during body: () async throws -> Void) async throws -> [String] {
        let channel = prefix + ":wake:" + worker
        let (pushes, continuation) = AsyncStream.makeStream(of: RedisPush.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [client] in
                await client.listen(to: [], sharded: [channel]) { continuation.yield($0) }
                continuation.finish()
            }
            defer { group.cancelAll() }
            var messages: [String] = []
            for await push in pushes {
                switch push {
                case .subscribed:
                    try await body()
                    try await redis("SPUBLISH", channel, "end")
                case .message(_, let payload):
                    let text = String(decoding: payload, as: UTF8.self)
                    if text == "end" { return messages }
                    messages.append(text)
                }
            }
            return messages
        }
    }
}
