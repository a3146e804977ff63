import Testing

@testable import WaitableWorker

@Suite("Sizes of batches", .timeLimit(.minutes(1)))
struct BatchSizeTests {
    /// What claims ask for that get some executions each, and whether there are probably more.
    private func run(most: Int, _ counts: [Int]) -> (asked: [Int], areFull: [Bool]) {
        var size = BatchSize(most: most)
        var asked: [Int] = []
        var areFull: [Bool] = []
        for count in counts {
            asked.append(size.next)
            areFull.append(size.claimed(count))
        }
        return (asked, areFull)
    }

    @Test("a worker that keeps up asks for few, one that is behind for more and more, up to the most")
    func growth() {
        let (asked, areFull) = run(most: 500, [128, 256, 500, 500, 499, 127, 0, 128])
        #expect(asked == [128, 256, 500, 500, 500, 128, 128, 128])
        #expect(areFull == [true, true, true, true, false, false, false, true])
    }

    @Test("no claim asks for more than is configured")
    func small() {
        let (asked, areFull) = run(most: 1, [1, 1, 0])
        #expect(asked == [1, 1, 1])
        #expect(areFull == [true, true, false])
    }
}
