import RedisClient
import RedisTestServer
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ShutdownTests {
    @Test func commandsUnderWayGetTheirReplies() async throws {
        try await FakeServer.with({ _ in .nothing }) { server in
            let client = RedisClient(try RedisConfiguration(testing: server.url), logger: .silent)
            let services = ServiceGroup(
                configuration: ServiceGroupConfiguration(services: [.init(service: client)], logger: .silent)
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await services.run() }
                async let slow = client.send(RedisCommand("GET", "slow"))
                try await eventually { server.commands.count == 1 }
                await services.triggerGracefulShutdown()
                try await eventually { client.connectionState == .closed }
                let error = try await client.failure(of: RedisCommand("GET", "late"))
                #expect(error.code == .notSent)
                server.say("+slow\r\n")
                #expect(try await slow.string == "slow")
                try await group.waitForAll()
            }
            #expect(server.commands == [["GET", "slow"]])
        }
    }

    @Test func aServerThatOwesAReplyForEverDoesNotHoldItUp() async throws {
        try await FakeServer.with({ _ in .nothing }) { server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.commandTimeout = .milliseconds(500) }
            let client = RedisClient(configuration, logger: .silent)
            let run = Task { try await client.run() }
            try await eventually { client.connectionState == .connected }
            async let error = client.failure(of: RedisCommand("GET", "k"))
            try await eventually { server.commands.count == 1 }
            run.cancel()
            try await run.value
            #expect(try await error.code == .outcomeUnknown)
        }
    }

    @Test func closesItsConnections() async throws {
        try await withRedis { client, server in
            let configuration = try RedisConfiguration(testing: server.url) { $0.clientName = "short-lived" }
            try await withClient(configuration) { other in
                _ = try await other.send(RedisCommand("PING"))
                let list = try await client.send(RedisCommand("CLIENT", "LIST")).string ?? ""
                #expect(list.contains("name=short-lived"))
            }
            try await eventually {
                let list = try await client.send(RedisCommand("CLIENT", "LIST")).string ?? ""
                return !list.contains("name=short-lived")
            }
        }
    }
}
