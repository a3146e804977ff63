import StatesLanguage
import Testing

@testable import Waitable

@Suite("A transition")
struct TransitionTests {
    private static let key = ExecutionKey(machine: "m", name: "a")

    private static func transition(
        _ next: Transition.Next = .due(Instant(milliseconds: 1)),
        bytes: Int = 10,
        replacing replaced: Int = 0,
        _ listing: Transition.Listing = .unchanged,
        _ effects: [Effect] = []
    ) -> Transition {
        Transition(
            key: key,
            revision: "h",
            next: next,
            document: Array(repeating: 0, count: bytes),
            listing: listing,
            effects: effects,
            replacedBytes: replaced
        )
    }

    private static let child = ChildStart(machine: "m", name: "b", input: "{}", task: 1, pattern: .start)
    private static let offer = OfferedTask(
        key: key,
        task: 1,
        token: "t",
        input: "{}",
        refusal: .failed(error: "E", cause: "")
    )

    private static func update(bytes: Int) -> Effect {
        let form = ItemForm(.update, fields: ["a"])
        let value = String(repeating: "x", count: bytes - form.word.utf8.count)
        return .item(.write(ItemKey(table: "T", id: "x"), form, values: [value]))
    }

    private static let put = Effect.item(
        .write(ItemKey(table: "T", id: "x"), ItemForm(.put, fields: ["Id"]), values: ["x"])
    )

    private static let small = [
        transition(), transition(bytes: 1_024), transition(bytes: 50_000, replacing: 50_000),
        transition(.leased, bytes: 40_000, replacing: 50_000),
        transition(.closed, bytes: 1_024), transition(.closed, bytes: 1_001_024, replacing: 1_000_000),
        transition(.closed, .element("[]")), transition(.closed, bytes: 24, .unchanged, [update(bytes: 1_000)]),
        transition(.leased, .removed, [.stop(task: 1), .forget(answers: [])]),
        transition(.closed, .unchanged, [.item(.delete(ItemKey(table: "T", id: "x")))]),
        transition(.closed, .unchanged, [.report(to: Execution.ParentTask(key: key, task: 1, answer: .output))]),
    ]

    private static let growing = [
        transition(bytes: 1_025), transition(.answered(by: nil), bytes: 50_001, replacing: 50_000),
        transition(.leased, .element("[]")), transition(.leased, .unchanged, [update(bytes: 100)]),
        transition(.closed, bytes: 1_001_025, replacing: 1_000_000),
        transition(.closed, bytes: 25, .unchanged, [update(bytes: 500), update(bytes: 500)]),
        transition(.closed, .element(String(repeating: "x", count: 1_025))),
    ]

    private static let new = [
        transition(.closed, .unchanged, [.publish(stream: "s", fields: [])]),
        transition(.closed, .unchanged, [.start(child)]),
        transition(.leased, .unchanged, [.stop(task: 1), .offer(activity: "a", offer)]),
        transition(.closed, .unchanged, [update(bytes: 4_097)]),
        transition(.closed, .unchanged, [put]),
    ]

    @Test("that ends an execution, or takes no more memory, has room in a full Redis", arguments: small.indices)
    func fits(index: Int) { #expect(!Self.small[index].grows) }

    @Test("that takes more has none, and above the high-water mark it has", arguments: growing.indices)
    func grows(index: Int) {
        #expect(Self.growing[index].grows)
        #expect(!Self.growing[index].makesNew)
    }

    @Test("that brings messages, executions, tasks or items has none above the high-water mark", arguments: new.indices)
    func isNew(index: Int) {
        #expect(Self.new[index].grows)
        #expect(Self.new[index].makesNew)
    }
}
