import RedisClient

extension Partition {
    /// What is published on the wake-up channel while the body runs.
    func messages(during body: () async throws -> Void) async throws -> [String] {
        let channel = prefix + ":wake"
        let (pushes, continuation) = AsyncStream.makeStream(of: RedisPush.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [client] in
                await client.listen(to: [channel]) { continuation.yield($0) }
                continuation.finish()
            }
            defer { group.cancelAll() }
            var messages: [String] = []
            for await push in pushes {
                switch push {
                case .subscribed:
                    try await body()
                    try await redis("PUBLISH", channel, "end")
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
