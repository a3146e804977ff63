import StatesLanguage
import Testing

@testable import Waitable

@Suite("A transition")
struct TransitionTests {
    private static let key = ExecutionKey(machine: "m", name: "a")

    private static func transition(
        _ next: Transition.Next = .due(Instant(milliseconds: 1)),
        bytes: Int = 10,
        _ listing: Transition.Listing = .unchanged,
        _ effects: [Effect] = []
    ) -> Transition {
        Transition(
            key: key,
            revision: "h",
            next: next,
            document: Array(repeating: 0, count: bytes),
            listing: listing,
            effects: effects
        )
    }

    private static let child = ChildStart(machine: "m", name: "b", input: "{}", task: 1, wish: .start)
    private static let offer = OfferedTask(
        key: key,
        task: 1,
        token: "t",
        input: "{}",
        refusal: .failed(error: "E", cause: "")
    )

    private static let small = [
        transition(), transition(.closed, bytes: 1_000_000), transition(.closed, .element("[]")),
        transition(.leased, .removed, [.stop(task: 1), .forget(answers: [])]),
        transition(.closed, .unchanged, [.report(to: Execution.ParentTask(key: key, task: 1, answer: .output))]),
    ]

    private static let growing = [
        transition(bytes: 65_537), transition(.leased, .element("[]")),
        transition(.closed, .unchanged, [.publish(stream: "s", fields: [])]),
        transition(.closed, .unchanged, [.start(child)]),
        transition(.leased, .unchanged, [.stop(task: 1), .offer(activity: "a", offer)]),
    ]

    @Test("that ends an execution, gives up or changes little has room in a full Redis", arguments: small.indices)
    func fits(index: Int) { #expect(!Self.small[index].bringsData) }

    @Test("that brings messages, executions, tasks or a large document has none", arguments: growing.indices)
    func grows(index: Int) { #expect(Self.growing[index].bringsData) }
}
