import Logging
import RedisClient
import RedisTestServer
import Testing

/// Runs a client for as long as the body takes.
func withClient<Result: Sendable>(
    _ configuration: RedisConfiguration,
    logger: Logger = .silent,
    _ body: (RedisClient) async throws -> Result
) async throws -> Result {
    let client = RedisClient(configuration, logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        defer { group.cancelAll() }
        return try await body(client)
    }
}

/// Runs a real server and a client of it for as long as the body takes.
func withRedis<Result: Sendable>(
    options: [String] = [],
    persistence: RedisTestServer.Persistence = .none,
    _ adjust: (inout RedisConfiguration) -> Void = { _ in },
    _ body: (RedisClient, RedisTestServer) async throws -> Result
) async throws -> Result {
    let server = try RedisTestServer(persistence: persistence, options: options)
    // Also keeps the server until then: it ends with its last reference.
    defer { server.kill() }
    let configuration = try RedisConfiguration(testing: server.url, adjust)
    return try await withClient(configuration) { try await body($0, server) }
}

extension RedisClient {
    /// The error of a command that must fail.
    func failure(of command: RedisCommand) async throws -> RedisError {
        let reply: RedisValue
        do throws(RedisError) {
            reply = try await send(command)
        } catch {
            return error
        }
        throw Unexpected(description: "did not fail: \(reply)")
    }
}

/// Asks until something holds; the test's time limit ends it.
func eventually(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(1)) }
}

struct Unexpected: Error, CustomStringConvertible { let description: String }

extension RedisConfiguration {
    /// A configuration with back-off short enough for tests.
    init(testing url: String, _ adjust: (inout RedisConfiguration) -> Void = { _ in }) throws {
        try self.init(url: url)
        backoff = .milliseconds(1) ... .milliseconds(20)
        adjust(&self)
    }
}

extension Logger {
    static var silent: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }
}
