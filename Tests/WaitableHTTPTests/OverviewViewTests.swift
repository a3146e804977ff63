import StatesLanguage
import Testing
import WaitableHTTP
import WaitableOperations
import WaitableRedis

@Suite("The overview as JSON", .timeLimit(.minutes(1)))
struct OverviewViewTests {
    private let overview = Overview(
        now: Instant(milliseconds: 1_800_000_000_123),
        waiting: 3,
        due: 1,
        running: 2,
        paused: 4,
        completedPerSecond: 5,
        failedPerSecond: 2,
        oldestOverdueMilliseconds: 254_740,
        workers: [WorkerReport(name: "w1", startedAt: Instant(milliseconds: 1_700_000_000_000))],
        partitions: [
            PartitionShare(number: 0, open: 2, due: 1, paused: 0, oldestOverdueMilliseconds: 254_740),
            PartitionShare(number: 1, open: 3, due: 0, paused: 4, oldestOverdueMilliseconds: 0),
        ]
    )

    @Test("What is written is read again")
    func roundTrip() throws {
        let text = overview.json.text
        #expect(try Overview(json: JSON(parsing: text)) == overview)
        #expect(text.contains(#""oldestOverdueSeconds":254.74"#), "\(text)")
    }

    @Test("A view that lies about its numbers is none", arguments: ["1e300", "-1e300", "1e999"])
    func lies(seconds: String) throws {
        let text = overview.json.text
        let lie = text.replacing("254.74", with: seconds)
        #expect(lie != text)
        #expect((try? JSON(parsing: lie)).flatMap(Overview.init(json:)) == nil)
    }
}
