import Logging
import RedisClient

/// Sets a key, and reads it beside a counter in one round trip.
func greeting(from url: String) async throws -> String {
    let client = RedisClient(try RedisConfiguration(url: url), logger: Logger(label: "greeter"))
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        defer { group.cancelAll() }
        _ = try await client.send(RedisCommand("SET", "greeting", "Hello"))
        let replies = try await client.send([RedisCommand("GET", "greeting"), RedisCommand("INCR", "visits")])
        return "\(replies[0].string ?? "Goodbye"), visitor \(replies[1].integer ?? 0)!"
    }
}

/// Counts a visit, and says what is known where that failed.
func visit(_ client: RedisClient) async -> String {
    do throws(RedisError) {
        return "visit \(try await client.send(RedisCommand("INCR", "visits")).integer ?? 0)"
    } catch {
        switch error.code {
        case .notSent: return "not counted: safe to repeat"
        case .outcomeUnknown: return "perhaps counted"
        case .server: return "refused: \(error.message)"
        case .configuration: return "never sent: \(error.message)"
        }
    }
}
