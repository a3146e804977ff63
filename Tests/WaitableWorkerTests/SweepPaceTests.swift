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
        var rests = (1...20).map { pace.rest(after: step, backlog: 900 + $0) }
        #expect(rests == rests.sorted(by: >) && rests[0] < step * 9 && rests[19] == step)
        rests = (1...60).map { pace.rest(after: step, backlog: 920 - $0) }
        #expect(rests == rests.sorted() && rests[0] > step && rests[59] == step * 9)
    }
}
