import Synchronization
import Testing

@testable import WaitableHTTP

@Suite(.timeLimit(.minutes(1)))
struct BatchPlacesTests {
    @Test("Where all places are taken, the batch that moves least gives its place, once it has no credit left")
    func slowest() throws {
        let places = BatchPlaces(most: 2)
        let lost = Mutex<[String]>([])
        func take(_ name: String, at now: ContinuousClock.Instant) -> BatchPlaces.Place? {
            places.take(at: now) { lost.withLock { $0.append(name) } }
        }
        let start = ContinuousClock.now
        let silent = try #require(take("silent", at: start))
        let busy = try #require(take("busy", at: start))
        #expect(take("early", at: start + .seconds(4)) == nil)
        busy.moved(4_096, at: start + .seconds(4))
        silent.moved(1, at: start + .seconds(4))
        let third = try #require(take("third", at: start + .seconds(6)))
        #expect(lost.withLock { $0 } == ["silent"])
        // What the one who lost it does now changes nothing.
        silent.moved(1_000_000, at: start + .seconds(6))
        #expect(take("fourth", at: start + .seconds(6)) == nil)
        busy.moved(1_000_000, at: start + .seconds(8))
        third.moved(1, at: start + .seconds(8))
        // However much it has moved, it lasts for ten seconds.
        #expect(take("fifth", at: start + .seconds(17)) != nil)
        #expect(lost.withLock { $0 } == ["silent", "third"])
        withExtendedLifetime((silent, busy, third)) {}
    }

    @Test("A place that is let go is free, one that was lost is not freed twice")
    func freed() throws {
        let places = BatchPlaces(most: 1)
        let start = ContinuousClock.now
        var first = places.take(at: start) {}
        #expect(first != nil)
        let second = try #require(places.take(at: start + .seconds(6)) {})
        first = nil
        #expect(places.take(at: start + .seconds(6)) {} == nil)
        withExtendedLifetime(second) {}
    }
}
