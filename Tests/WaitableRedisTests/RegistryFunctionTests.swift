import RedisClient
import Testing

@Suite("waitable_register", .redisServer, .timeLimit(.minutes(1)))
struct RegistryFunctionTests {
    let partition: Partition
    init() throws { partition = try Partition() }

    @Test("All entries change, or none: one that is not as it was read refuses the call")
    func allOrNone() async throws {
        #expect(try await partition.call("register", "", "", "machines", "m", "", "{}").integer == 1)
        let stale = try await partition.call(
            "register",
            "",
            "",
            "versions",
            "m",
            "",
            "[1]",
            "machines",
            "m",
            "",
            #"{"a":1}"#
        )
        #expect(stale.integer == 0)
        #expect(try await partition.redis("EXISTS", "~:versions").integer == 0)
        #expect(try await partition.redis("HGET", "~:machines", "m").string == "{}")
        let fresh = try await partition.call("register", "h1", #"{"x":1}"#, "machines", "m", "{}", "")
        #expect(fresh.integer == 1)
        #expect(try await partition.redis("HEXISTS", "~:machines", "m").integer == 0)
        #expect(try await partition.redis("GET", "~:machine:h1").string == #"{"x":1}"#)
    }

    @Test(
        "What is no change is refused",
        arguments: [
            (["", ""], "VALIDATION entries: must be 1 to 100, of four words each: '0'"),
            (["", "", "due", "m", "", "{}"], "VALIDATION table: must be one of the registry: 'due'"),
            (["", "", "machines", ":default", "", "{}"], "VALIDATION name: must not be taken: ':default'"),
            (
                ["h 1", "{}", "tags", "m", "", "{}"],
                "VALIDATION revision: must be a JSON object under a hash of letters and digits: 'h 1'"
            ),
        ]
    )
    func refuses(arguments: [String], message: String) async throws {
        #expect(try await partition.refusal("register", arguments) == message)
        #expect(try await partition.contents() == [])
    }
}
