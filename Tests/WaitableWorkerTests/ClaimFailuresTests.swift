import NIOCore
import Testing

@testable import WaitableWorker

@Suite("Claims that fail in a row", .timeLimit(.minutes(1)))
struct ClaimFailuresTests {
    @Test("The pause doubles up to a second or the poll interval, and begins anew after an answer")
    func pauses() {
        let failures = ClaimFailures()
        func pauses(_ count: Int, atMost longest: TimeAmount) -> [Int64] {
            (0..<count).map { _ in
                _ = failures.failed("no")
                return failures.pause(atMost: longest).nanoseconds / 1_000_000
            }
        }
        #expect(pauses(7, atMost: .seconds(5)) == [250, 500, 1_000, 1_000, 1_000, 1_000, 1_000])
        #expect(failures.answered() == 7)
        #expect(failures.answered() == 0)
        #expect(pauses(2, atMost: .milliseconds(10)) == [10, 10])
        _ = pauses(200, atMost: .seconds(60))
        #expect(failures.pause(atMost: .seconds(60)) == .seconds(1))
    }

    @Test("After an outage in which calls could not give signs of life, these come first; an answer ends it")
    func outage() {
        let failures = ClaimFailures()
        let start = ContinuousClock.now
        #expect(failures.pauseAfterOutage(at: start) == nil)
        _ = failures.failed("no", at: start)
        _ = failures.failed("no", at: start + .seconds(9))
        #expect(failures.pauseAfterOutage(at: start + .seconds(10)) == nil)
        // Longer than the second after which each call says again that it lives.
        #expect(failures.pauseAfterOutage(at: start + .seconds(11)) == .milliseconds(1_500))
        _ = failures.answered()
        #expect(failures.pauseAfterOutage(at: start + .seconds(60)) == nil)
    }

    @Test("A reason is news where the last claim did not fail for it")
    func news() {
        let failures = ClaimFailures()
        #expect(["a", "a", "b", "b", "a"].map { failures.failed($0) } == [true, false, true, false, true])
        _ = failures.answered()
        #expect(failures.failed("a"))
    }
}
