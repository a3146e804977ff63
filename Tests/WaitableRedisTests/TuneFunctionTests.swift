import RedisClient
import Testing

@Suite("waitable_tune", .redisServer, .timeLimit(.minutes(1)))
struct TuneFunctionTests {
    private func partition() async throws -> Partition {
        let partition = try Partition()
        let document = #"{"s":"R","d":"h","b":1,"w":"7","f":{"n":"M"},"input":[]}"#
        let entry = Entry("m:a", next: "4000000000000", document: document)
        #expect(try await partition.call("accept", Entry.arguments([entry])) == .array([.integer(1)]))
        return partition
    }

    private func inbox(_ partition: Partition) async throws -> [String] {
        try await partition.redis("HGETALL", "~:inbox:m:a").array?.compactMap(\.string) ?? []
    }

    @Test("a change waits in the inbox, merged with those that no step has read, and the execution is due at once")
    func change() async throws {
        let partition = try await partition()
        #expect(try await partition.call("tune", "m:a", "4", "10", "", "") == .integer(1))
        #expect(try await partition.call("tune", "m:a", "4", "", "3", "2.5") == .integer(1))
        #expect(try await partition.call("tune", "m:a", "4", "20", "", "") == .integer(1))
        #expect(try await inbox(partition) == ["m4", #"{"c":20,"n":3,"p":2.5}"#])
        #expect(try await partition.call("tune", "m:a", "4", "", "", "5.0E-324") == .integer(1))
        #expect(try await partition.call("tune", "m:a", "4", "30", "", "") == .integer(1))
        #expect(try await inbox(partition) == ["m4", #"{"c":30,"n":3,"p":5.0E-324}"#])
        #expect(try await partition.call("tune", "m:a", "4", "", "", "-0.0") == .integer(1))
        let due = try await partition.due()
        #expect(try #require(Int64(due[1])) < 4_000_000_000_000)
    }

    @Test("a closed execution, and one that is not there, has nothing to change")
    func closed() async throws {
        let partition = try await partition()
        try await partition.call("stop", "m:a")
        #expect(try await partition.call("tune", "m:a", "4", "10", "", "") == .integer(0))
        #expect(try await partition.call("tune", "m:b", "4", "10", "", "") == .integer(0))
        #expect(try await inbox(partition).isEmpty)
    }

    @Test(
        "what is no setting is refused",
        arguments: [
            (["m:a", "x", "1"], "VALIDATION run: must be an integer from 1 to 1000000: 'x'"),
            (["m:a", "4"], "VALIDATION settings: must be there: ''"),
            (["m:a", "4", "1e9"], "VALIDATION settings: must be numbers: '1e9'"),
            (["m:a", "4", "", "", "-1"], "VALIDATION settings: must be numbers: '-1'"),
            (["m:a", "4", "1", "1", "1", "1"], "VALIDATION arguments: must be 5: '6'"),
        ]
    )
    func refused(words: [String], message: String) async throws {
        let partition = try await partition()
        let error = try await partition.refusal("tune", words)
        #expect(error == message)
    }
}
