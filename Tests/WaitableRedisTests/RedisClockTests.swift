import Logging
import RedisClient
import StatesLanguage
import Testing
import WaitableRedis

/// What a process knows of Redis's clock from replies that were under way for a while.
@Suite(.timeLimit(.minutes(1)))
struct RedisClockTests {
    private let clock: RedisClock
    private let asked = ContinuousClock.now

    init() throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let configuration = try RedisConfiguration(url: "redis://127.0.0.1:1")
        // Nobody runs the client: the clock knows what it is told.
        clock = RedisClock(store: RedisStore(client: RedisClient(configuration, logger: logger)), logger: logger)
    }

    /// Notes a time that Redis showed between two instants, in ms from the beginning.
    private func note(_ time: Int64, _ first: Int, _ last: Int) -> Bool {
        clock.note(
            Instant(milliseconds: time),
            asked: asked + .milliseconds(first),
            answered: asked + .milliseconds(last)
        )
    }

    @Test(
        "Whether an instant has passed counts from after the answer, what is counted from now from before the question"
    )
    func span() async throws {
        #expect(clock.window == nil)
        #expect(!clock.hasPassed(Instant(milliseconds: 0)))
        #expect(note(1_000_000_000, -700_000, -100_000))
        let passed = Int64(asked.duration(to: .now).components.seconds)
        #expect(clock.hasPassed(Instant(milliseconds: 1_000_100_000)))
        #expect(!clock.hasPassed(Instant(milliseconds: 1_000_101_000 + passed * 1_000 + 60_000)))
        #expect(try await clock.now().milliseconds >= 1_000_700_000)
        let window = try #require(clock.window)
        #expect(window.earliest.milliseconds < 1_000_400_000)
        #expect(try #require(window.latest).milliseconds >= 1_000_701_000)
    }

    @Test("A reply shows whether the clock is the one that was known")
    func changed() async throws {
        #expect(note(1_000_000_000, 0, 600))
        // Any time between the question and the answer is the same clock's.
        #expect(note(1_000_009_500, 10_000, 10_600))
        #expect(note(1_000_010_500, 10_000, 10_600))
        // An hour back, half a minute ahead: another one, which then is the one that is known.
        for time in [996_410_000, 996_440_000] as [Int64] {
            #expect(!note(time, 10_000, 10_600))
            #expect(note(time + 10_000, 20_000, 20_600))
            #expect(note(time, 10_000, 10_600))
        }
    }
}
