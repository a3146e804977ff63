import Synchronization
import Testing

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
        for _ in 0..<4 { #expect(slots.admit([one])) }
        #expect(!slots.admit([one]))
        #expect(!slots.admit([other, one]))
        #expect(slots.admit([other]))
        slots.leave([one])
        #expect(slots.admit([one]))
        // Eight times the limit, whatever the destinations.
        slots.admitAnyway(Array(repeating: one, count: 11))
        #expect(!slots.admit([try destination("third")]))
        slots.leave([one])
        #expect(slots.admit([try destination("third")]))
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
