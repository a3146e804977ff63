import AsyncHTTPClient
import Foundation
import Logging
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import WaitableOperations
import WaitableRedis

@testable import WaitableWorker

/// What the change feed tells, sent to a receiver over HTTP.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct WebhookTests {
    private static let secret = "0123456789abcdef"

    /// Adds an event by hand.
    private func tell(_ store: RedisStore, _ name: String) async throws -> String {
        let words = ["type", "completed", "execution", "m:\(name)", "at", "5", "due", "", "status", "SUCCEEDED"]
        var command = RedisCommand("XADD", store.keys.events, "*")
        for word in words { command.append(word) }
        return "\(store.keys.partition)-\(try await store.client.send(command).string ?? "")"
    }

    /// A sender with short pauses, in this process.
    private func webhook(
        _ partitions: Partitions,
        _ url: String,
        tries: Int = 20,
        name: String = "test",
        lease: Int = 30_000,
        longestCall: Int = 10_000
    ) throws -> Webhook {
        var configuration = try #require(WebhookConfiguration(url: url, secret: Self.secret, tries: tries))
        configuration.timing = WebhookTiming(
            lease: lease,
            firstPause: 20,
            longestPause: 100,
            longestCall: longestCall
        )
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return Webhook(partitions: partitions, configuration: configuration, name: name, logger: logger)
    }

    /// Runs a sender beside a test.
    private func sending(_ webhook: Webhook, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await webhook.run() }
            try await body()
            group.cancelAll()
        }
    }

    /// Runs a test with a Redis of its own.
    private func withRedis(
        partitions count: Int = 1,
        _ body: (RedisTestServer, Partitions) async throws -> Void
    ) async throws {
        let redis = try RedisTestServer(options: ["--enable-debug-command", "yes"])
        defer { redis.kill() }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let client = RedisClient(try RedisConfiguration(url: redis.url), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { group.cancelAll() }
            try await body(redis, Partitions(namespace: "waitable", count: count) { _ in client })
        }
    }

    private func pending(_ store: RedisStore) async throws -> Int {
        Int(try await store.send(RedisCommand("XPENDING", store.keys.events, "webhook")).array?.first?.integer ?? -1)
    }

    @Test(
        "Each event comes once to a receiver that takes it, signed, with its id, of every partition",
        arguments: [1, 3]
    )
    func taken(count: Int) async throws {
        let server = try await FunctionServer()
        try await withRedis(partitions: count) { _, partitions in
            var ids: Set<String> = []
            for number in 0..<200 {
                ids.insert(try await tell(partitions.stores[number % count], "\(number)"))
            }
            try await sending(try webhook(partitions, "http://127.0.0.1:\(server.port)/hook")) {
                try await eventually("all have come") { server.calls.count >= 200 }
                for store in partitions.stores {
                    try await eventually("none is left") { try await pending(store) == 0 }
                }
                ids.insert(try await tell(partitions.home, "last"))
                try await eventually("one more has come") { server.calls.count >= 201 }
            }
            let calls = server.calls
            #expect(calls.count == 201)
            #expect(Set(calls.compactMap(\.key)) == ids)
            for call in calls {
                let event = try JSON(parsing: call.body).objectValue
                #expect(event?["id"]?.stringValue == call.key)
                #expect(event?["type"] == "completed" && event?["stateMachine"] == "m")
                let signature = try #require(call.signature)
                let time = try #require(signature.dropFirst(2).split(separator: ",").first.flatMap { Int64($0) })
                #expect(abs(Double(time) - Date().timeIntervalSince1970) < 60)
                let secret = Array(Self.secret.utf8)
                #expect(signature == WebhookSignature(secret: secret).header(for: call.body, at: time))
            }
        }
    }

    @Test("A receiver that is down gets the events when it is there")
    func down() async throws {
        let port = try RedisTestServer.freePort()
        try await withRedis { _, partitions in
            let id = try await tell(partitions.home, "a")
            try await sending(try webhook(partitions, "http://127.0.0.1:\(port)/hook")) {
                try await eventually("it was tried more than once") {
                    // There is no group at first.
                    let pending = (try? await partitions.home.pendingEvents(limit: 1)) ?? []
                    return pending.first.map { $0.tries > 1 } ?? false
                }
                let server = try await FunctionServer(port: port)
                try await eventually("it has come") { !server.calls.isEmpty }
                try await eventually("it is done with") { try await pending(partitions.home) == 0 }
                #expect(Set(server.calls.compactMap(\.key)) == [id])
            }
        }
    }

    @Test(
        "What is never taken is a dead letter after so many calls, and holds nothing up",
        arguments: ["status/503", "hang"]
    )
    func deadLetters(path: String) async throws {
        let server = try await FunctionServer()
        try await withRedis { _, partitions in
            let store = partitions.home
            let id = try await tell(store, "a")
            let url = "http://127.0.0.1:\(server.port)/\(path)"
            try await sending(try webhook(partitions, url, tries: 2, longestCall: 1_000)) {
                try await eventually("it is a dead letter") {
                    try await store.send(RedisCommand("XLEN", store.keys.deadLetters)).integer == 1
                }
                try await eventually("it is given up") { try await pending(store) == 0 }
            }
            #expect(server.calls.count == 2)
            #expect(Set(server.calls.compactMap(\.key)) == [id])
            let letter = try await store.send(RedisCommand("XRANGE", store.keys.deadLetters, "-", "+"))
            let words = RedisStore.entries(in: letter).first?.words.compactMap(\.string) ?? []
            #expect(words.count == 6)
            #expect(words.contains("2"))
            #expect(try JSON(parsing: words[1]).objectValue?["id"]?.stringValue == id)
            if path == "status/503" { #expect(words.last == "HTTP status 503") }
        }
    }

    @Test("A count of tries that somebody else has set ends no worker: the event is a dead letter")
    func forgedTries() async throws {
        let server = try await FunctionServer()
        try await withRedis { _, partitions in
            let store = partitions.home
            let webhook = try webhook(partitions, "http://127.0.0.1:\(server.port)/status/503")
            try await store.makeWebhookGroup()
            _ = try await tell(store, "a")
            let taken = try await store.newEvents(for: "other", limit: 1)
            let entry = try #require(taken.first).entry
            var command = RedisCommand("XCLAIM", store.keys.events, "webhook", "other", "0", "\(entry)")
            for word in ["IDLE", "999999999", "RETRYCOUNT", "\(Int64.max)", "JUSTID"] { command.append(word) }
            _ = try await store.send(command)
            try await sending(webhook) {
                try await eventually("it is a dead letter") {
                    try await store.send(RedisCommand("XLEN", store.keys.deadLetters)).integer == 1
                }
            }
            #expect(server.calls.count == 1)
        }
    }

    @Test("Calls that hang do not hold up those that follow")
    func slowCalls() async throws {
        let server = try await FunctionServer { call in call.body.contains("slow") ? (1, "") : (200, "") }
        try await withRedis { _, partitions in
            for number in 0..<4 { _ = try await tell(partitions.home, "slow-\(number)") }
            for number in 0..<300 { _ = try await tell(partitions.home, "\(number)") }
            try await sending(try webhook(partitions, "http://127.0.0.1:\(server.port)/hook", longestCall: 600_000)) {
                try await eventually("all others have come") { server.calls.count == 304 }
            }
        }
    }

    @Test("An event that was touched by a clock that has been set back since is sent again")
    func clockSetBack() async throws {
        let server = try await FunctionServer()
        try await withRedis { _, partitions in
            let store = partitions.home
            try await store.makeWebhookGroup()
            let id = try await tell(store, "a")
            let taken = try await store.newEvents(for: "other", limit: 1)
            let entry = try #require(taken.first).entry
            try await setBack(store)
            let pending = try await store.pendingEvents(limit: 1)
            #expect(pending.map(\.entry) == [entry] && pending.map(\.idle) == [0])
            try await sending(try webhook(partitions, "http://127.0.0.1:\(server.port)/hook", lease: 300)) {
                try await eventually("it has come") { !server.calls.isEmpty }
                try await eventually("it is done with") { try await self.pending(store) == 0 }
            }
            #expect(Set(server.calls.compactMap(\.key)) == [id])
        }
    }

    /// Makes what is pending look as it does after the clock was set back by an hour: no command lets an entry be touched in the
    /// future, but one that is restored is what its bytes say.
    private func setBack(_ store: RedisStore) async throws {
        let now = UInt64(try await store.now().milliseconds)
        var bytes = try #require(try await store.send(RedisCommand("DUMP", store.keys.events)).bytes)
        for place in 0..<(bytes.count - 8) {
            let time = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
            guard (now - 60_000...now).contains(time) else { continue }
            let ahead = time + 3_600_000
            for byte in 0..<8 { bytes[place + byte] = UInt8(truncatingIfNeeded: ahead >> UInt64(8 * byte)) }
        }
        _ = try await store.send(RedisCommand("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION", "1"))
        var command = RedisCommand("RESTORE", store.keys.events, "0")
        command.append(bytes)
        command.append("REPLACE")
        _ = try await store.send(command)
    }

    @Test("A partition whose feed cannot be read holds up no other one")
    func brokenPartition() async throws {
        let server = try await FunctionServer()
        try await withRedis(partitions: 3) { _, partitions in
            let broken = partitions.stores[1]
            _ = try await broken.send(RedisCommand("SET", broken.keys.events, "no stream"))
            let others = [partitions.stores[0], partitions.stores[2]]
            var ids: Set<String> = []
            for number in 0..<20 { ids.insert(try await tell(others[number % 2], "\(number)")) }
            try await sending(try webhook(partitions, "http://127.0.0.1:\(server.port)/hook")) {
                try await eventually("all have come") { Set(server.calls.compactMap(\.key)) == ids }
                for store in others { try await eventually("none is left") { try await pending(store) == 0 } }
            }
        }
    }

    @Test("A redirect is not followed: it could lead to a host that nobody allowed")
    func redirected() async throws {
        let server = try await FunctionServer()
        try await withRedis { _, partitions in
            _ = try await tell(partitions.home, "a")
            try await sending(try webhook(partitions, "http://127.0.0.1:\(server.port)/status/302", tries: 1)) {
                try await eventually("it is a dead letter") {
                    let store = partitions.home
                    return try await store.send(RedisCommand("XLEN", store.keys.deadLetters)).integer == 1
                }
            }
        }
    }

    @Test("What a worker had in hand when it was killed is sent by another one, with the same id")
    func killed() async throws {
        let hanging = try await FunctionServer()
        let server = try await FunctionServer()
        try await Stack.with { stack in
            let store = stack.partitions.home
            let id = try await tell(store, "a")
            let worker = try stack.worker([
                "WAITABLE_WEBHOOK_URL": "http://127.0.0.1:\(hanging.port)/hang", "WAITABLE_WEBHOOK_SECRET": Self.secret,
                "WAITABLE_HTTP_HOSTS": "127.0.0.1",
            ])
            try await eventually("it is in hand") { !hanging.calls.isEmpty }
            worker.signal(SIGKILL)
            _ = try await worker.end()
            #expect(try await pending(store) == 1)
            let url = "http://127.0.0.1:\(server.port)/hook"
            try await sending(try webhook(stack.partitions, url, name: "other", lease: 300)) {
                try await eventually("it has come") { !server.calls.isEmpty }
                try await eventually("it is done with") { try await pending(store) == 0 }
            }
            #expect(Set(server.calls.map(\.key)) == [id])
            #expect(hanging.calls.map(\.key) == [id])
        }
    }

    @Test("Several senders share the events")
    func shared() async throws {
        let server = try await FunctionServer()
        try await withRedis { _, partitions in
            let url = "http://127.0.0.1:\(server.port)/hook"
            let (one, other) = (try webhook(partitions, url, name: "one"), try webhook(partitions, url, name: "other"))
            try await sending(one) {
                try await sending(other) {
                    for number in 0..<100 { _ = try await tell(partitions.home, "\(number)") }
                    try await eventually("all have come") { server.calls.count >= 100 }
                    try await eventually("none is left") { try await pending(partitions.home) == 0 }
                }
            }
            #expect(Set(server.calls.compactMap(\.key)).count == 100)
        }
    }

    @Test("After Redis has lost everything, events are sent again")
    func lost() async throws {
        let server = try await FunctionServer()
        try await withRedis { _, partitions in
            try await sending(try webhook(partitions, "http://127.0.0.1:\(server.port)/hook")) {
                _ = try await tell(partitions.home, "a")
                try await eventually("it has come") { server.calls.count == 1 }
                _ = try await partitions.home.send(RedisCommand("FLUSHALL"))
                _ = try await tell(partitions.home, "b")
                try await eventually("the next one has come") { server.calls.count == 2 }
            }
        }
    }
}
