import Testing

@testable import RedisClient

struct RouteTests {
    private let node = RedisConfiguration.Address.tcp(host: "a", port: 1)
    private let other = RedisConfiguration.Address.tcp(host: "b", port: 2)

    private func error(_ line: String) -> RedisValue { .error(RedisServerError(line: line)) }

    @Test("Replies that are none go out again: to where ASK says, or to the primary")
    func open() throws {
        let slot = try #require(HashSlot(5))
        var route = Route()
        #expect(route.batches(of: 4).map(\.1) == [[0, 1, 2, 3]])
        let replies = [
            .integer(1), error("ASK 5 b:2"), error("MOVED 5 b:2"), error("ERR wrong"),
        ]
        route.begin(replies)
        let said = replies.enumerated().map { route.take($1, for: $0, from: node, .follow) }
        #expect(said == [nil, .ask(slot, other), .moved(slot, to: other), nil])
        #expect(!route.isComplete)
        let batches = route.batches(of: 4)
        #expect(batches.map(\.0) == [other, nil])
        #expect(batches.map(\.1) == [[1], [2]])
        #expect(route.take(.integer(2), for: 1, from: other, .follow) == nil)
        #expect(route.take(error("TRYAGAIN x"), for: 2, from: other, .follow) == .wait)
        #expect(route.batches(of: 4).map(\.1) == [[2]])
        #expect(route.take(.integer(3), for: 2, from: other, .follow) == nil)
        #expect(route.isComplete)
        #expect(route.replies == [.integer(1), .integer(2), .integer(3), error("ERR wrong")])
    }

    @Test("A command that must not follow ASK stays with the primary")
    func waits() throws {
        var route = Route()
        route.begin([error("ASK 5 b:2")])
        _ = route.take(error("ASK 5 b:2"), for: 0, from: node, .wait)
        #expect(route.batches(of: 1).map(\.0) == [nil])
        #expect(try route.outcome() == [error("ASK 5 b:2")])
    }

    @Test("Commands of which none was sent end with the reason, and those that have refusals with these")
    func outcomes() throws {
        var route = Route()
        route.failure = RedisError(.notSent, "no connection")
        #expect(throws: RedisError.self) { try route.outcome() }
        route.begin([.integer(1), error("CLUSTERDOWN x")])
        _ = route.take(.integer(1), for: 0, from: node, .wait)
        _ = route.take(error("CLUSTERDOWN x"), for: 1, from: node, .wait)
        route.failure = RedisError(.notSent, "no connection")
        #expect(try route.outcome() == [.integer(1), error("CLUSTERDOWN x")])
    }
}
