import Testing
import WaitableRedis

@Suite("Memory of several servers", .timeLimit(.minutes(1)))
struct RedisMemoryTests {
    @Test(
        "The fuller one is nearer to its limit; where neither has one, it uses more",
        arguments: [
            (90, 100, 500, 1_000), (1, 100, 5_000, 0), (7, 0, 5, 0), (10, 100, 1, 10_000), (20, 200, 10, 100),
        ]
    )
    func fuller(used: Int, limit: Int, otherUsed: Int, otherLimit: Int) {
        let memory = RedisMemory(used: used, limit: limit)
        let other = RedisMemory(used: otherUsed, limit: otherLimit)
        #expect(memory.isFuller(than: other))
        #expect(!other.isFuller(than: memory))
        #expect(!memory.isFuller(than: memory))
    }
}
