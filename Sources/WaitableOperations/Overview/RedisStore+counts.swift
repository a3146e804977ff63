import RedisClient
import WaitableRedis

extension RedisStore {
    /// Sends commands that count something, together.
    func counts(_ commands: [RedisCommand]) async throws(StoreError) -> [Int] {
        let replies: [RedisValue]
        do {
            replies = try await client.send(commands)
        } catch {
            throw refusal(error)
        }
        for case .error(let error) in replies { throw refusal(error) }
        return replies.map { Int($0.integer ?? 0) }
    }
}
