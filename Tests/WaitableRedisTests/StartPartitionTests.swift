import RedisClient
import StatesLanguage
import Testing

@Suite("waitable_start in one of several partitions", .redisServer, .timeLimit(.minutes(1)))
struct StartPartitionTests {
    private static func item(_ id: String?) -> String {
        let member = id.map { #""Id":"\#($0)","# } ?? ""
        return "{\(member)\"StartTimestamp\":\"2036-01-01T00:00:00Z\"}"
    }

    @Test("takes an id in its own only, and names it", arguments: ["abc", "order-42", "é", "e\u{301}", "0"])
    func own(id: String) async throws {
        let family = try await Partition.family(of: 8)
        let own = try await family[0].keySlot(id) % 8
        for (number, partition) in family.enumerated() where number != own {
            let before = try await partition.contents()
            let refusal = try await partition.refusal("start", Self.item(id))
            #expect(
                refusal
                    == "PARTITION Id: must be started in partition \(own) (\(family[own].prefix)), as its hash slot "
                    + "says: '\(id)'"
            )
            #expect(try await partition.contents() == before)
        }
        try await family[own].call("start", Self.item(id), "m")
        #expect(try await family[own].due().first == "m:\(id)")
    }

    @Test("makes ids of its own", arguments: [2, 3, 64, 1_000, 1_024])
    func made(count: Int) async throws {
        let partition = Partition(try Partition(), number: count - 1)
        try await partition.call("deploy", "m", "default", "h", "{}", #"{"hash":"h"}"#)
        try await partition.redis("HSET", "~:machines", ":partitions", "\(count)")
        var ids: Set<String> = []
        for _ in 0..<20 {
            let answer = try await partition.call("start", Self.item(nil))
            let id = try #require(try JSON(parsing: answer.bytes ?? []).objectValue?["Id"]?.stringValue)
            #expect(try await partition.keySlot(id) % count == count - 1)
            #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
            ids.insert(id)
        }
        #expect(ids.count == 20)
    }

    @Test("the number of partitions is no state machine")
    func noMachine() async throws {
        let partition = try Partition()
        try await partition.redis("HSET", "~:machines", ":partitions", "8")
        #expect(try await partition.call("ready").array?[2] == .integer(0))
        #expect(
            try await partition.refusal("start", Self.item(nil), ":partitions")
                == "NOTFOUND machine: must be deployed: ':partitions'"
        )
    }
}
