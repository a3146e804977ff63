import RedisTestServer
import Testing

@testable import RedisClient

@Suite(.timeLimit(.minutes(1)))
struct SlotTests {
    @Test("A key's slot is the one that Redis says")
    func keySlots() async throws {
        let server = try RedisTestServer(
            options: ["--cluster-enabled", "yes", "--cluster-port", "\(try RedisTestServer.freePort())"]
        )
        defer { server.kill() }
        var keys = [
            "", "a", "123456789", "waitable:{0}", "waitable:{0}:due", "{}", "{}a", "a{}b", "{a", "a}", "}{a}", "{a}{b}",
            "{{a}}", "a{b}c{d}", "{é}", "e\u{301}", "é", "日本", "{\u{0}}",
        ]
        for _ in 0..<500 {
            let alphabet = Array("ab{}:é0")
            keys.append(String((0..<Int.random(in: 0...8)).map { _ in alphabet.randomElement()! }))
        }
        try await withClient(try RedisConfiguration(testing: server.url)) { client in
            let replies = try await client.send(keys.map { RedisCommand("CLUSTER", "KEYSLOT", $0) })
            for (key, reply) in zip(keys, replies) {
                #expect(reply == .integer(Int64(HashSlot(of: key).number)), "\(key.debugDescription)")
            }
        }
    }

    private static let asked = RedisConfiguration.Address.tcp(host: "asked", port: 1)

    private static func node(_ host: String?, _ port: Int64) -> RedisValue {
        .array([host.map { .bulk(Array($0.utf8)) } ?? .null, .integer(port), .bulk(Array("id".utf8)), .array([])])
    }

    @Test("CLUSTER SLOTS is read: ranges, replicas, hosts that are left out")
    func slotMap() throws {
        let reply = RedisValue.array([
            .array([.integer(0), .integer(1), Self.node("one", 7), Self.node("two", 8)]),
            .array([.integer(4), .integer(4), Self.node(nil, 9)]),
            .array([.integer(5), .integer(5), Self.node("?", 9)]),
        ])
        var map = try #require(SlotMap(reply, from: Self.asked))
        let asked = RedisConfiguration.Address.tcp(host: "asked", port: 9)
        let (one, two) = (
            RedisConfiguration.Address.tcp(host: "one", port: 7), RedisConfiguration.Address.tcp(host: "two", port: 8)
        )
        let found = try [0, 1, 2, 4, 5].map { map.primary(of: try #require(HashSlot($0))) }
        #expect(found == [one, one, nil, asked, asked])
        #expect(map.primaries == [one, asked])
        #expect(map.nodes == [one, asked, two])
        #expect(map.unservedSlots == HashSlot.count - 4)
        map.move(try #require(HashSlot(2)), to: two)
        map.move(try #require(HashSlot(0)), to: two)
        #expect(map.primary(of: try #require(HashSlot(2))) == two)
        #expect(map.primary(of: try #require(HashSlot(1))) == one)
        #expect(map.primaries == [one, asked, two])
    }

    @Test(
        "What is no answer to CLUSTER SLOTS makes no map",
        arguments: [
            RedisValue.null, .status("OK"), .array([.integer(1)]), .array([.array([.integer(0), .integer(1)])]),
            .array([.array([.integer(0), .integer(16_384), SlotTests.node("a", 1)])]),
            .array([.array([.integer(-1), .integer(0), SlotTests.node("a", 1)])]),
            .array([.array([.integer(2), .integer(1), SlotTests.node("a", 1)])]),
            .array([.array([.integer(0), .integer(1), SlotTests.node("a", 0)])]),
            .array([.array([.integer(0), .integer(1), .null])]),
        ]
    )
    func noMap(reply: RedisValue) { #expect(SlotMap(reply, from: Self.asked) == nil) }

    @Test("Redirections are read")
    func redirections() throws {
        func read(_ line: String) -> Redirection? { Redirection(RedisServerError(line: line), from: Self.asked) }
        let slot = try #require(HashSlot(13_907))
        #expect(read("MOVED 13907 10.0.0.1:7002") == .moved(slot, to: .tcp(host: "10.0.0.1", port: 7_002)))
        #expect(read("MOVED 13907 ::1:7002") == .moved(slot, to: .tcp(host: "::1", port: 7_002)))
        #expect(read("MOVED 13907 :7002") == .moved(slot, to: .tcp(host: "asked", port: 7_002)))
        #expect(read("ASK 13907 a:7002") == .ask(slot, .tcp(host: "a", port: 7_002)))
        #expect(read("TRYAGAIN Multiple keys request during rehashing of slot") == .wait)
        #expect(read("CLUSTERDOWN Hash slot not served") == .wait)
        for line in ["ERR x", "MOVED", "MOVED x a:1", "MOVED 16384 a:1", "MOVED 1 a", "MOVED 1 a:0", "MOVED 1 a:x"] {
            #expect(read(line) == nil, "\(line)")
        }
    }
}
