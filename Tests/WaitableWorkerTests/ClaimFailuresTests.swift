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

    @Test("A reason is news where the last claim did not fail for it")
    func news() {
        let failures = ClaimFailures()
        #expect(["a", "a", "b", "b", "a"].map(failures.failed) == [true, false, true, false, true])
        _ = failures.answered()
        #expect(failures.failed("a"))
    }
}
