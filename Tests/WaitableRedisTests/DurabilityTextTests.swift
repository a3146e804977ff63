import RedisClient
import Testing
import Waitable
import WaitableRedis

@Suite("Durability as text", .timeLimit(.minutes(1)))
struct DurabilityTextTests {
    @Test(
        "What can be asked for is read, and written in one form",
        arguments: [
            ("none", Durability(), "none"), ("fsync", Durability(isOnDisk: true), "fsync"),
            ("replicas=1", Durability(replicas: 1), "replicas=1"),
            (" replicas=7\t", Durability(replicas: 7), "replicas=7"),
            ("replicas=2,fsync", Durability(isOnDisk: true, replicas: 2), "fsync, replicas=2"),
            ("fsync , replicas=1", Durability(isOnDisk: true, replicas: 1), "fsync, replicas=1"),
        ]
    )
    func good(text: String, durability: Durability, again: String) throws {
        #expect(try Durability(text, field: "f") == durability)
        #expect(durability.text == again)
    }

    @Test(
        "Everything else is refused by field, rule and value",
        arguments: [
            "", ",", "fsync,", "fsync,fsync", "replicas=1,replicas=2", "none,fsync", "none,none", "replicas=0",
            "replicas=8",
            "replicas=+1", "replicas=10", "replicas=", "replicas", "replicas= 1", "FSYNC", "fsync\u{301}", "replicas=１",
            "fsync;replicas=1", "fsync replicas=1", "replicas=1\u{301}", "\u{0}fsync",
        ]
    )
    func bad(text: String) {
        let error = #expect(throws: FieldError.self) { try Durability(text, field: "f") }
        #expect(error?.field == "f" && error?.value == text)
        #expect(error?.rule.hasPrefix("must be fsync, replicas=N with N from 1 to 7, ") == true)
    }
}
