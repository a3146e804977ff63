import NIOCore
import NIOPosix
import StatesLanguage
import Testing

@testable import WaitableWorker

@Suite("Nudges", .timeLimit(.minutes(1)))
struct NudgesTests {
    private let nudges = Nudges(eventLoop: MultiThreadedEventLoopGroup.singleton.next())

    @Test("A flood of announcements comes to its soonest one, and takes no other news away")
    func flood() async {
        nudges.look()
        for number in 0..<100_000 { nudges.announce(Instant(milliseconds: 1_000_000 - Int64(number))) }
        nudges.wake()
        #expect(await nudges.next() == Nudges.News(soonest: Instant(milliseconds: 900_001), isLook: true))
    }

    @Test("A timer that runs out in a flood is heard, and so is one that runs out without")
    func timer() async throws {
        let timer = nudges.schedule(after: .milliseconds(1))
        for _ in 0..<100_000 { nudges.announce(Instant(milliseconds: 1)) }
        try await timer.futureResult.get()
        #expect(await nudges.next() == Nudges.News(soonest: Instant(milliseconds: 1)))
        _ = nudges.schedule(after: .milliseconds(1))
        #expect(await nudges.next() == Nudges.News())
    }

    @Test("What is said is heard once")
    func once() async {
        nudges.announce(Instant(milliseconds: 1))
        #expect(nudges.take().soonest == Instant(milliseconds: 1))
        nudges.look()
        #expect(await nudges.next() == Nudges.News(soonest: nil, isLook: true))
    }

    @Test(
        "A message that is no number announces nothing; one beyond all instants announces the last or first",
        arguments: [
            ("inf", 253_402_300_799_999), ("1e300", 253_402_300_799_999), ("-inf", -62_167_219_200_000),
            ("1795406921123", 1_795_406_921_123), ("1795406921123.75", 1_795_406_921_123), ("nan", nil), ("", nil),
            ("soon", nil), ("1 ", nil),
        ] as [(String, Int64?)]
    )
    func messages(text: String, milliseconds: Int64?) {
        #expect(Instant(announcement: Array(text.utf8))?.milliseconds == milliseconds)
    }
}
