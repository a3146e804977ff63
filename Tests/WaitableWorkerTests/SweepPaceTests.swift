import Testing

@testable import WaitableWorker

@Suite(.timeLimit(.minutes(1)))
struct SweepPaceTests {
    @Test("A sweeper rests nine times as long as a step, less and less while its backlog grows, and then more again")
    func pace() {
        var pace = SweepPace()
        let step = Duration.milliseconds(10)
        #expect(pace.rest(after: step, backlog: 1_000) == step * 9)
        #expect(pace.rest(after: step, backlog: 900) == step * 9)
        var rests = (1...30).map { pace.rest(after: step, backlog: 900 + $0) }
        #expect(rests == rests.sorted(by: >) && rests[0] < step * 9 && rests[29] == step * 0.1)
        rests = (1...100).map { pace.rest(after: step, backlog: 930 - $0) }
        #expect(rests == rests.sorted() && rests[0] > step * 0.1 && rests[99] == step * 9)
    }
}
