import Synchronization
import Testing

@testable import WaitableWorker

@Suite(.timeLimit(.minutes(1)))
struct NotedWorkTests {
    @Test("A key that is noted while it is looked after is looked after again, and by one task at a time; others go on")
    func again() async {
        let work = NotedWork<String>()
        let (begun, beginning) = AsyncStream.makeStream(of: String.self)
        let (permits, permitting) = AsyncStream.makeStream(of: Void.self)
        let most = Mutex((now: 0, ever: 0))
        let runner = Task {
            await work.run { key in
                beginning.yield(key)
                guard key == "a" else { return }
                most.withLock { $0 = ($0.now + 1, max($0.ever, $0.now + 1)) }
                for await _ in permits { break }
                most.withLock { $0.now -= 1 }
            }
        }
        var keys = begun.makeAsyncIterator()
        work.note(["a"])
        #expect(await keys.next() == "a")
        work.note(["a", "a"])
        // The other one is begun after the runner has seen that "a" is noted again.
        work.note(["b"])
        #expect(await keys.next() == "b")
        permitting.yield()
        #expect(await keys.next() == "a")
        permitting.yield()
        work.note(["c"])
        #expect(await keys.next() == "c")
        #expect(most.withLock { $0.ever } == 1)
        runner.cancel()
        await runner.value
    }
}
