import Testing

@testable import WaitableWorker

@Suite("Turns", .timeLimit(.minutes(1)))
struct TurnsTests {
    private final class Server {}

    @Test("a server that keeps all of its turns keeps none from another one, and gives them on when they come back")
    func perServer() async {
        let (hung, other) = (Server(), Server())
        let turns = Turns(2)
        let first = await turns.take(at: ObjectIdentifier(hung))
        let second = await turns.take(at: ObjectIdentifier(hung))
        await withTaskGroup(of: Turns.Turn.self) { group in
            let server = ObjectIdentifier(hung)
            group.addTask { await turns.take(at: server) }
            for _ in 0..<2 { turns.giveBack(await turns.take(at: ObjectIdentifier(other))) }
            turns.giveBack(first)
            for await third in group { turns.giveBack(third) }
        }
        turns.giveBack(second)
        for _ in 0..<2 { _ = await turns.take(at: ObjectIdentifier(hung)) }
    }
}
