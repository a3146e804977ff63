import Testing

@testable import WaitableWorker

@Suite("Sizes of batches", .timeLimit(.minutes(1)))
struct BatchSizeTests {
    @Test("a worker that keeps up asks for few, one that is behind for more and more, up to the most")
    func growth() {
        var size = BatchSize(most: 500)
        #expect(size.next == 128)
        var asked: [Int] = []
        for _ in 0..<4 {
            asked.append(size.next)
            #expect(size.claimed(size.next))
        }
        #expect(asked == [128, 256, 500, 500])
        #expect(!size.claimed(499))
        #expect(size.next == 128)
        #expect(!size.claimed(0))
        #expect(size.next == 128)
    }

    @Test("no claim asks for more than is configured")
    func small() {
        var size = BatchSize(most: 1)
        #expect(size.next == 1)
        #expect(size.claimed(1))
        #expect(size.next == 1)
    }
}
