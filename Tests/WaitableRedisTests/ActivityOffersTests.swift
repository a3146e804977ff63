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
        offers = ActivityOffers(partitions: Partitions(only: store), logger: Logger(label: "test"))
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

    @Test("A task is given back as soon as Redis can be asked; one that it refuses holds up no other")
    func givesBack() async throws {
        let partition = Partition(of: store)
        let waiting = #"{"s":"R","d":"h","b":1,"w":"7","f":{"n":"T"},"input":{}}"#
        for name in ["mail", "other"] {
            try await partition.redis("HSET", "~:activities", name, "{}")
            let offer = ["offer", name, "7\nm:\(name)\ntoken\n{}", "{}"]
            let entry = Entry("m:\(name)", next: "4000000000000", document: waiting, effects: [offer])
            try await partition.call("accept", Entry.arguments([entry]))
        }
        let mail = try #require(try await store.takeTask(of: "mail"))
        let other = try #require(try await store.takeTask(of: "other"))
        // A key of another type is not mended by waiting.
        try await partition.redis("SET", "~:activity:other", "text")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await offers.run() }
            defer { group.cancelAll() }
            // Redis refuses writes for want of replicas: that passes.
            try await partition.redis("CONFIG", "SET", "min-replicas-to-write", "1")
            offers.giveBack(mail)
            while try await refusals(partition) == 0 { await Task.yield() }
            #expect(try await partition.redis("EXISTS", "~:activity:mail") == .integer(0))
            try await partition.redis("CONFIG", "SET", "min-replicas-to-write", "0")
            while try await partition.redis("LLEN", "~:activity:mail") == .integer(0) { await Task.yield() }
            offers.giveBack(other)
            let again = try #require(try await store.takeTask(of: "mail"))
            offers.giveBack(again)
            while try await partition.redis("LLEN", "~:activity:mail") == .integer(0) { await Task.yield() }
            #expect(try await partition.redis("ZSCORE", "~:activity:other:taken", "7\nm:other\ntoken\n{}") != .null)
        }
    }

    /// How many calls Redis has refused because of missing replicas.
    private func refusals(_ partition: Partition) async throws -> Int {
        let text = try await partition.redis("INFO", "errorstats").string ?? ""
        return text.contains("errorstat_NOREPLICAS") ? 1 : 0
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
                _ = try await store.client.send(.init("SPUBLISH", store.keys.offers, "mail"))
                return look == 3 ? 7 : nil
            }
            #expect(task == 7)
        }
    }
}
