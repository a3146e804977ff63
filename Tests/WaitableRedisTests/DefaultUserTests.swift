import RedisClient
import Testing

@testable import WaitableRedis

/// What the append-only file is made of.
@Suite("The user default", .redisServer, .timeLimit(.minutes(1)))
struct DefaultUserTests {
    @Test("is asked about every command by which functions write")
    func writes() async throws {
        let client = try #require(RedisServerTrait.client)
        let called = Set(FunctionLibrary.source.matches(of: /call\(\s*'([A-Z]+)'/).map { String($0.1) })
        #expect(called.contains("HSET"))
        let asked = Set(DefaultUser.writes.map { $0[0] })
        for name in called.sorted() {
            let flags = try await client.send(RedisCommand("COMMAND", "INFO", name)).array?[0].array?[2].array
            let isWrite = try #require(flags).contains(.status("write"))
            #expect(!isWrite || asked.contains(name), "\(name)")
        }
        #expect(try await DefaultUser.problem(in: RedisStore(client: client)) == nil)
    }
}
