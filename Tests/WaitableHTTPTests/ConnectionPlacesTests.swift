import NIOCore
import Synchronization
import Testing

@testable import WaitableHTTP

@Suite(.timeLimit(.minutes(1)))
struct ConnectionPlacesTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    @Test("The connection that has waited longest for its client gives its place to the next one")
    func longest() throws {
        let places = ConnectionPlaces(most: 3)
        let names = LostNames()
        func take(_ name: String, after time: TimeAmount) -> ConnectionPlaces.Place? {
            places.take(at: start + time) { names.append(name) }.place
        }
        let busy = try #require(take("busy", after: .seconds(0)))
        let idle = try #require(take("idle", after: .seconds(1)))
        let fresh = try #require(take("fresh", after: .seconds(2)))
        busy.works()
        let next = try #require(take("next", after: .seconds(10)))
        #expect(names.all == ["idle"] && !next.isSpare)
        // It has answered, and so waits from then on.
        busy.waits(since: start + .seconds(9))
        fresh.works()
        let other = try #require(take("other", after: .seconds(11)))
        #expect(names.all == ["idle", "busy"] && !other.isSpare)
        // One that has given its last answer goes first, and at once.
        other.ends()
        let last = try #require(take("last", after: .seconds(11)))
        #expect(names.all == ["idle", "busy", "other"] && !last.isSpare)
        withExtendedLifetime((busy, idle, fresh, next, other, last)) {}
    }

    @Test("A place is kept by a connection whose request has come meanwhile, and free once it is let go")
    func kept() throws {
        let places = ConnectionPlaces(most: 1)
        let names = LostNames()
        func take(_ name: String, after time: TimeAmount) -> ConnectionPlaces.Place? {
            places.take(at: start + time) { names.append(name) }.place
        }
        var first = take("first", after: .seconds(0))
        var second = take("second", after: .seconds(5))
        #expect(names.all == ["first"])
        first?.works()
        first?.keep { names.append("first again") }
        // Two have places: the third one gets one of the few more.
        second?.works()
        #expect(take("third", after: .seconds(6))?.isSpare == true)
        first = nil
        second = nil
        #expect(take("fourth", after: .seconds(6))?.isSpare == false)
        #expect(names.all == ["first"])
    }

    @Test("Nobody loses a place at once while there are a few more; where these are taken too, one does")
    func spare() throws {
        let places = ConnectionPlaces(most: 1)
        let names = LostNames()
        func take(_ name: String, after time: TimeAmount) -> ConnectionPlaces.Place? {
            places.take(at: start + time) { names.append(name) }.place
        }
        var held = [try #require(take("0", after: .seconds(0)))]
        for number in 1...ConnectionPlaces.spare {
            held.append(try #require(take("\(number)", after: .milliseconds(Int64(number)))))
        }
        #expect(names.all.isEmpty && !held[0].isSpare && held.dropFirst().allSatisfy(\.isSpare))
        held.append(try #require(take("one more", after: .milliseconds(500))))
        #expect(names.all == ["0"])
        // It is served: silent connections may hold all the spare places.
        #expect(held.last?.isSpare == false)
        for place in held { place.works() }
        #expect(take("too many", after: .seconds(60)) == nil)
        #expect(names.all == ["0"])
    }

    @Test("That all are taken is said once a minute")
    func telling() {
        let places = ConnectionPlaces(most: 1)
        var held: [ConnectionPlaces.Place?] = []
        let told = ([0, 1, 2, 62, 63] as [Int64]).map { second in
            let (place, tells) = places.take(at: start + .seconds(second)) {}
            held.append(place)
            return tells
        }
        #expect(told == [false, true, false, true, false])
    }

    private final class LostNames: Sendable {
        private let names = Mutex<[String]>([])

        var all: [String] { names.withLock { $0 } }

        func append(_ name: String) { names.withLock { $0.append(name) } }
    }
}
