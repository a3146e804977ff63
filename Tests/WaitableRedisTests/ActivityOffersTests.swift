import Logging
import RedisClient
import Synchronization
import Testing
import WaitableRedis

@Suite("Activity offers", .redisServer, .timeLimit(.minutes(1)))
struct ActivityOffersTests {
    private let offers: ActivityOffers
    private let store: RedisStore

    init() throws {
        store = try Partition().store
        offers = ActivityOffers(store: store, logger: Logger(label: "test"))
    }

    @Test("An idle poll looks at once and then at its interval, and no oftener")
    func pace() async throws {
        let looks = Mutex(0)
        let task: Int? = try await offers.poll(
            "mail",
            for: WaitingClient(),
            limit: .milliseconds(1_000),
            interval: .milliseconds(100)
        ) {
            looks.withLock { $0 += 1 }
            return nil
        }
        #expect(task == nil)
        #expect((2...12).contains(looks.withLock { $0 }))
    }

    @Test("A poll ends with its client, and one whose client had gone before does not even look")
    func gone() async throws {
        let client = WaitingClient()
        let looks = Mutex(0)
        let task: Int? = try await offers.poll("mail", for: client, limit: .seconds(600), interval: .seconds(600)) {
            looks.withLock { $0 += 1 }
            client.leave()
            return nil
        }
        #expect(task == nil)
        let late: Int? = try await offers.poll("mail", for: client, limit: .seconds(600), interval: .seconds(600)) {
            looks.withLock { $0 += 1 }
            return 1
        }
        #expect(late == nil)
        #expect(looks.withLock { $0 } == 1)
    }

    @Test("An announcement makes those look who poll that activity")
    func announcement() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await offers.run() }
            defer { group.cancelAll() }
            let looks = Mutex(0)
            let task: Int? = try await offers.poll(
                "mail",
                for: WaitingClient(),
                limit: .seconds(600),
                interval: .seconds(600)
            ) {
                // The first one may be said before anybody listens; then the subscription makes it look.
                let look = looks.withLock { looks in
                    looks += 1
                    return looks
                }
                _ = try await store.client.send(.init("PUBLISH", store.keys.offers, "mail"))
                return look == 3 ? 7 : nil
            }
            #expect(task == 7)
        }
    }
}
