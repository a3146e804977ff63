import StatesLanguage
import Synchronization
import Testing
import Waitable

@testable import WaitableWorker

@Suite("Room for calls", .timeLimit(.minutes(1)))
struct CallSlotsTests {
    private func destination(_ name: String) throws -> CallDestination {
        .function(try #require(FunctionName(name)))
    }

    /// Calls under way, each until it is told to end.
    private func begin(_ count: Int, _ slots: CallSlots, _ destination: CallDestination) async -> [Call] {
        var calls: [Call] = []
        for _ in 0..<count {
            let call = Call(slots, destination)
            await call.hasBegun()
            calls.append(call)
        }
        return calls
    }

    /// A call that ends when it is told to.
    private struct Call {
        private let begun = AsyncStream<Void>.makeStream()
        private let ended = AsyncStream<Void>.makeStream()
        let task: Task<Void, any Error>

        init(_ slots: CallSlots, _ destination: CallDestination) {
            let (begun, ended) = (begun, ended)
            task = Task {
                try await slots.withTurn(destination) {
                    begun.continuation.yield()
                    for await _ in ended.stream { return }
                }
            }
        }

        func hasBegun() async {
            for await _ in begun.stream { return }
        }

        func end() async throws {
            ended.continuation.yield()
            try await task.value
        }
    }

    @Test("One destination takes two thirds of the room at most, and leaves some for the next")
    func share() async throws {
        let slots = CallSlots(limit: 9)
        let (slow, other) = (try destination("slow"), try destination("other"))
        var calls = await begin(6, slots, slow)
        let hasEnded = Atomic(false)
        let seventh = Task {
            try await slots.withTurn(slow) { hasEnded.load(ordering: .relaxed) }
        }
        // It does not keep another destination from its room; that takes two, and a third one has room still.
        calls += await begin(2, slots, other)
        calls += await begin(1, slots, try destination("third"))
        try await calls.removeLast().end()
        try await calls.removeLast().end()
        hasEnded.store(true, ordering: .relaxed)
        try await calls.removeFirst().end()
        #expect(try await seventh.value, "the seventh call began before there was room")
        for call in calls { try await call.end() }
    }

    @Test("A step is admitted while its destinations have room, and not where all of the room is taken")
    func admission() throws {
        let slots = CallSlots(limit: 2)
        let (one, other) = (try destination("one"), try destination("other"))
        for number in 0..<4 { #expect(admits(slots, [one], at: number)) }
        #expect(!admits(slots, [one], at: 4))
        #expect(!admits(slots, [other, one], at: 4))
        #expect(admits(slots, [other], at: 5))
        slots.leave([one])
        #expect(admits(slots, [one], at: 4))
        // Eight times the limit, whatever the destinations.
        slots.admitAnyway(Array(repeating: one, count: 11))
        #expect(!admits(slots, [try destination("third")], at: 6))
        slots.leave([one])
        #expect(admits(slots, [try destination("third")], at: 6))
    }

    /// Whether the calls of an execution are admitted that has been due since so many ms.
    private func admits(
        _ slots: CallSlots,
        _ destinations: [CallDestination],
        at due: Int,
        now: ContinuousClock.Instant = .now
    ) -> Bool {
        slots.admit(destinations, for: place(due), at: now) == nil
    }

    private func place(_ due: Int, _ name: String = "a") -> CallLine.Place {
        CallLine.Place(due: Instant(milliseconds: Int64(due)), key: ExecutionKey(machine: "m", name: name))
    }

    @Test("A place that becomes free is that of the execution which has been due for longest, while that is expected")
    func order() throws {
        let slots = CallSlots(limit: 1)
        let (one, other) = (try destination("one"), try destination("other"))
        let now = ContinuousClock.now
        for _ in 0..<2 { #expect(admits(slots, [one], at: 0, now: now)) }
        for due in [30, 10, 20] { #expect(!admits(slots, [one], at: due, now: now)) }
        slots.leave([one])
        // It is the turn of none of these, nor of one that was never refused.
        for due in [30, 20, 40] { #expect(!admits(slots, [one], at: due, now: now)) }
        #expect(admits(slots, [other], at: 50, now: now))
        #expect(admits(slots, [one], at: 10, now: now))
        slots.leave([one])
        // The oldest of all has not been refused before.
        #expect(admits(slots, [one], at: 5, now: now))
        slots.leave([one])
        // That of 20 does not come.
        #expect(admits(slots, [one], at: 40, now: now + .seconds(3)))
    }

    @Test("Who finds no room comes again the later, the more are before it, and soon where calls end often")
    func pauses() {
        let now = ContinuousClock.now
        var line = CallLine(most: 200)
        #expect(line.join(place(1), at: now) == 500)
        for number in 0...100 { line.callEnded(at: now + .milliseconds(number * 10)) }
        let later = now + .milliseconds(1_000)
        #expect(line.join(place(1), at: later) == 20)
        for due in 2..<200 { _ = line.join(place(due), at: later) }
        #expect(line.join(place(50), at: later) == 200)
        #expect(line.join(place(199), at: later) == 500)
        // The line is full then: who comes last is not in it, and who comes before the last takes its place.
        _ = line.join(place(200), at: later)
        #expect(line.join(place(300), at: later) == 1_000)
        #expect(line.ahead(of: place(300), at: later) == 200)
        #expect(line.join(place(50, "b"), at: later) == 200)
        #expect(line.ahead(of: place(300), at: later) == 200)
        // Nothing has ended for long.
        #expect(line.join(place(300), at: later + .milliseconds(20)) == 2_000)
        #expect(line.join(place(1), at: later + .seconds(10)) == 1_000)
        #expect(line.ahead(of: place(300), at: later + .seconds(20)) == 0)
    }

    @Test("Who is cancelled while waiting for a turn hears it at once, and takes no room")
    func cancellation() async throws {
        let slots = CallSlots(limit: 1)
        let (one, other) = (try destination("one"), try destination("other"))
        let call = await begin(1, slots, one)[0]
        let waiting = Call(slots, other)
        waiting.task.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.task.value }
        try await call.end()
        for call in await begin(1, slots, other) { try await call.end() }
    }
}
