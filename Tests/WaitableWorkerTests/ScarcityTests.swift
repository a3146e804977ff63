import Testing

@testable import WaitableWorker

@Suite("A Redis without room", .timeLimit(.minutes(1)))
struct ScarcityTests {
    @Test("The pause grows with the time without room, from a second to fifteen, and begins anew when there was some")
    func pauses() {
        let scarcity = Scarcity()
        let start = ContinuousClock.now
        func pause(_ need: Scarcity.Need, after seconds: Int) -> ClosedRange<Int> {
            scarcity.refused(need, at: start + .seconds(seconds))
        }
        #expect(!scarcity.isFelt)
        #expect(pause(.new, after: 0) == 1_000...2_000)
        #expect(scarcity.isFelt)
        #expect(pause(.new, after: 4) == 4_000...8_000)
        #expect(pause(.more, after: 5) == 1_000...2_000)
        #expect(pause(.new, after: 1_000) == 15_000...30_000)
        // What only grows is taken above the mark too.
        scarcity.granted(.more)
        #expect(pause(.more, after: 1_001) == 1_000...2_000)
        #expect(pause(.new, after: 1_001) == 15_000...30_000)
        scarcity.granted(.new)
        #expect(!scarcity.isFelt)
        #expect(pause(.new, after: 1_002) == 1_000...2_000)
    }
}
