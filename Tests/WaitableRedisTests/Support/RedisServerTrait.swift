import Logging
import RedisClient
import RedisTestServer
import Testing
import WaitableRedis

/// Runs a suite against a real Redis of its own, with the function library loaded.
struct RedisServerTrait: SuiteTrait, TestScoping {
    /// The client of the suite that is running.
    @TaskLocal static var client: RedisClient?
    /// How its server is reached, for other clients.
    @TaskLocal static var configuration: RedisConfiguration?

    /// Once for the suite, not for each test.
    var isRecursive: Bool { false }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        let server = try RedisTestServer()
        defer { server.kill() }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let configuration = RedisConfiguration(address: .unixSocket(path: server.socket))
        let client = RedisClient(configuration, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            _ = try await client.send(RedisCommand("FUNCTION", "LOAD", FunctionLibrary.source))
            try await Self.$client.withValue(client) {
                try await Self.$configuration.withValue(configuration) { try await function() }
            }
            group.cancelAll()
        }
    }
}

extension Trait where Self == RedisServerTrait {
    /// A Redis of the suite's own.
    static var redisServer: Self { RedisServerTrait() }
}
