import RedisClient
import Testing
import WaitableRedis

/// Serialized, and with a Redis of its own, because the memory limit is the server's.
@Suite("A full Redis", .serialized, .redisServer, .timeLimit(.minutes(1)))
struct FullRedisTests {
    @Test("refuses what brings new work in, whole, and lets what is there finish")
    func full() async throws {
        let partition = try Partition()
        try await partition.call("deploy", "m", "default", "h", "{}", #"{"hash":"h"}"#)
        try await partition.accept("m:a", "m:b", "m:c", "m:d", "m:e")
        try await partition.redis("ZADD", "~:due", "2", "bare")
        try await partition.redis("CONFIG", "SET", "maxmemory", "1")
        let contents = try await partition.contents()

        let entry = Entry("m:new", next: "1", history: "h", effects: [Entry.put("T:new", "P", "1")])
        for (function, arguments) in [
            ("accept", Entry.arguments([entry])), ("start", [#"{"StartTimestamp":"2026-11-23T10:00:00Z"}"#]),
            ("deploy", ["m", "put", "h2", "{}", #"{"hash":"h2"}"#]), ("redrive", ["m:a"]),
        ] {
            #expect(try await partition.refusal(function, arguments)?.hasPrefix("OOM") == true, "\(function)")
        }
        #expect(try await partition.contents() == contents)

        let claim = try await partition.claim()
        #expect(claim.names.count == 6)
        let reply = try await partition.call("renew", claim.token, "60000", "m:a")
        let token = try #require(reply.array?[0].string)
        let closing = Entry("m:a", next: "", token: token, history: "h", effects: [Entry.put("T:a", "P", "1")])
        #expect(try await partition.call("commit", [token] + Entry.arguments([closing])) == .array([.integer(1)]))
        #expect(try await partition.item("T:a") == ["P": "1"])
        // What brings new data comes by another name.
        let growing = Entry("m:d", next: "5", token: claim.token, effects: [["publish", "news", "1", "a", "1"]])
        let words = ["", claim.token, ""] + Entry.arguments([growing])
        #expect(try await partition.refusal("commit_growing", words)?.hasPrefix("OOM") == true)
        #expect(try await partition.redis("EXISTS", "~:stream:news") == .integer(0))
        #expect(try await partition.call("adopt", claim.token, "bare", "m:bare").integer == 1)
        #expect(try await partition.call("release", claim.token, "0", "m:b").integer == 1)
        #expect(try await partition.call("reschedule", "m:b", "5").integer == 5)
        let cause = String(repeating: "x", count: 1_024)
        let refusal = try await partition.refusal("stop", "m:c", #"{"cause":"\#(cause)"}"#)
        #expect(refusal?.hasPrefix("OOM memory: must be below 100 % of maxmemory: '") == true)
        #expect(try await partition.call("stop", "m:c", #"{"cause":"x"}"#).array?.first == .integer(1))
        #expect(try await partition.call("sweep", "9000000000000", "10").array?.first == .integer(2))
        try await partition.redis("CONFIG", "SET", "maxmemory", "0")
    }

    @Test("above the high-water mark refuses what makes something new, whole, and takes what grows")
    func highWater() async throws {
        let partition = try Partition()
        try await partition.accept("m:a", "m:b")
        let claim = try await partition.claim()
        let publishing = Entry("m:a", next: "5", token: claim.token, effects: [["publish", "news", "1", "a", "1"]])
        let words = [claim.token, ""] + Entry.arguments([publishing])
        let contents = try await partition.contents()
        let used = try await partition.store.memory().used
        try await partition.redis("CONFIG", "SET", "maxmemory", "\(used * 2)")
        let refusal = try await partition.refusal("commit_growing", ["30"] + words)
        #expect(refusal?.hasPrefix("OOM memory: must be below 30 % of maxmemory: '") == true)
        #expect(try await partition.contents() == contents)
        #expect(try await partition.send("commit_growing", ["90"] + words).array?.last == .integer(1))
        #expect(try await partition.redis("XLEN", "~:stream:news") == .integer(1))
        let growing = Entry("m:b", next: "5", token: claim.token)
        let others = [claim.token, ""] + Entry.arguments([growing])
        #expect(try await partition.send("commit_growing", [""] + others).array?.last == .integer(1))
        // Without a limit there is no mark.
        try await partition.redis("CONFIG", "SET", "maxmemory", "0")
        let last = try await partition.claim()
        let again = Entry("m:a", next: "", token: last.token, effects: [["publish", "news", "1", "a", "1"]])
        let final = ["1", last.token, ""] + Entry.arguments([again])
        #expect(try await partition.send("commit_growing", final).array?.last == .integer(1))
    }

    @Test("a full Redis takes the removal of an item from another partition, and a put waits with what follows it")
    func messages() async throws {
        let family = try await Partition.family(of: 2)
        func effect(_ operation: String) -> [String] {
            let program = #"{"task":7,\#(operation),"key":{"Id":{"S":"i"}},"return":"NONE","echo":"E"}"#
            return ["send", "1", "evaluate", "T:i", program]
        }
        try await family[1].redis("HSET", "~:item:T:i", "Id", "i")
        let (removal, put) = (#""op":"delete""#, #""op":"put","item":{"Id":{"S":"i"}}"#)
        let effects = [removal, put, removal].map(effect)
        try await family[0].call("accept", Entry.arguments([Entry("m:a", next: "9000000000000", effects: effects)]))
        let messages = try await family[0].messages(to: 1)
        #expect(messages.count == 3)
        try await family[1].redis("CONFIG", "SET", "maxmemory", "1")
        let number = try await family[1].deliver(messages, from: 0).number
        try await family[1].redis("CONFIG", "SET", "maxmemory", "0")
        #expect(try await family[1].redis("EXISTS", "~:item:T:i") == .integer(0))
        #expect(try await family[0].messages(to: 1, after: number) == Array(messages[1...]))
    }

    @Test("a full Redis takes a sign of life and a small answer, so that calls under way do not fail")
    func answers() async throws {
        let partition = try Partition()
        let document = #"{"s":"R","d":"h","b":1,"w":"3,7","f":{"n":"T"},"input":{}}"#
        try await partition.call("accept", Entry.arguments([Entry("m:a", next: "4000000000000", document: document)]))
        try await partition.redis("CONFIG", "SET", "maxmemory", "1")
        #expect(try await partition.call("answer", "m:a", "7", "h7", "5") == .integer(1))
        let large = #"{"output":""# + String(repeating: "x", count: 2_000) + #""}"#
        #expect(try await partition.refusal("answer", "m:a", "3", "3", large)?.hasPrefix("OOM") == true)
        #expect(try await partition.call("answer", "m:a", "7", "7", #"{"output":1}"#) == .integer(1))
        try await partition.redis("CONFIG", "SET", "maxmemory", "0")
        #expect(try await partition.call("answer", "m:a", "3", "3", large) == .integer(1))
    }
}
