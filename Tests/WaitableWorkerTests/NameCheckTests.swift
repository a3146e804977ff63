import Dispatch
import Testing

@testable import WaitableWorker

@Suite("Names that are looked up before a call", .timeLimit(.minutes(1)))
struct NameCheckTests {
    @Test("a silent name holds up nobody but those who wait for it")
    func silent() async {
        let silence = DispatchSemaphore(value: 0)
        let (looks, look) = AsyncStream<String>.makeStream()
        let names = NameCheck { name in
            look.yield(name)
            if name.hasPrefix("silent") { silence.wait() }
        }
        let waiting = (0..<40).map { number in
            Task { await names.isAnswered("silent\(number % 20).example", within: .seconds(50)) }
        }
        var asked: Set<String> = []
        for await name in looks {
            asked.insert(name)
            if asked.count == 20 { break }
        }
        #expect(await names.isAnswered("fast.example", within: .seconds(50)))
        #expect(await !names.isAnswered("silent0.example", within: .milliseconds(1)))
        for _ in 0..<20 { silence.signal() }
        for task in waiting { #expect(await task.value) }
        // Whoever is told to end waits no longer.
        let ending = Task { await names.isAnswered("silent-for-ever.example", within: .seconds(50)) }
        for await name in looks where name == "silent-for-ever.example" { break }
        ending.cancel()
        #expect(await !ending.value)
        silence.signal()
        // One that was answered is not asked for again.
        #expect(await names.isAnswered("silent0.example", within: .seconds(50)))
    }
}
