import Logging
import RedisClient
import Testing
import Waitable
import WaitableRedis

@Suite("The identity of a namespace", .redisServer, .timeLimit(.minutes(1)))
struct NamespaceIdentityTests {
    private let partition: Partition
    private let store: RedisStore

    init() throws {
        partition = try Partition()
        store = partition.store
    }

    private func identity(_ arn: ARN = ARN()) -> NamespaceIdentity {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return NamespaceIdentity(store: store, arn: arn, interval: .milliseconds(10), logger: logger)
    }

    @Test("of processes that come at once, one gives it, and all have the same key")
    func first() async throws {
        let secrets = try await withThrowingTaskGroup(of: TaskTokenKey.self) { group in
            for _ in 0..<20 { group.addTask { try await identity().secret() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(secrets.count == 20)
        #expect(secrets.allSatisfy { $0 == secrets[0] })
        #expect(try await partition.redis("GET", "~:secret").string == secrets[0].base64)
        #expect(try await partition.redis("GET", "~:arn").string == "arn:aws:states:us-east-1:000000000000")
    }

    @Test("whoever is set up otherwise is told the setting, what it must be and what it is, and changes nothing")
    func others() async throws {
        _ = try await identity(ARN(region: "eu-west-1", account: "123456789012")).secret()
        let before = try await partition.contents()
        let namespace = store.keys.namespace
        let since = "which the namespace '\(namespace)' has had since its first use"
        let region = "WAITABLE_REGION (--region): must be 'eu-west-1', \(since): 'us-east-1'"
        let account = "WAITABLE_ACCOUNT (--account): must be '123456789012', \(since): '000000000000'"
        for (arn, message) in [
            (ARN(account: "123456789012"), region), (ARN(region: "eu-west-1"), account),
            (ARN(), "\(region); \(account)"),
        ] {
            let error = try await #require(throws: NamespaceIdentityError.self) { try await identity(arn).secret() }
            #expect(error.description == message)
            await #expect(throws: NamespaceIdentityError.self) { try await identity(arn).run() }
        }
        #expect(try await partition.contents() == before)
    }

    @Test("after Redis has lost it, a process that knows it gives it again, and its tokens stay good")
    func lost() async throws {
        let known = identity()
        let secret = try await known.secret()
        try await partition.redis("DEL", "~:secret", "~:arn")
        #expect(try await known.settle() == secret)
        #expect(try await identity().secret() == secret)
        // One that comes first makes another key: then that one counts, for all.
        try await partition.redis("DEL", "~:secret")
        let new = try await identity().secret()
        #expect(new != secret)
        #expect(try await known.secret() == secret)
        #expect(try await known.settle() == new)
        #expect(try await known.secret() == new)
    }

    @Test("a running process notices that the namespace has become another one")
    func replaced() async throws {
        let running = identity()
        _ = try await running.secret()
        try await partition.redis("SET", "~:arn", "arn:aws:states:eu-west-1:000000000000")
        await #expect(throws: NamespaceIdentityError.self) { try await running.run() }
    }

    @Test("an identity that cannot be read is an error that does not show the key")
    func damaged() async throws {
        for (key, value, message) in [
            ("secret", "c2hvcnQ=", ":secret: must be 32 bytes in base64 in Redis"),
            ("arn", "arn:aws:lambda:x:1", ":arn: must be arn:aws:states:REGION:ACCOUNT in Redis: 'arn:aws:lambda:x:1'"),
        ] {
            try await partition.redis("DEL", "~:secret", "~:arn")
            try await partition.redis("SET", "~:\(key)", value)
            let error = try await #require(throws: NamespaceIdentityError.self) { try await identity().secret() }
            #expect(error.description == partition.prefix + message)
        }
        try await partition.redis("DEL", "~:secret", "~:arn")
        try await partition.redis("RPUSH", "~:secret", "x")
        let error = try await #require(throws: NamespaceIdentityError.self) { try await identity().secret() }
        #expect(error.description.hasSuffix(":secret: must be strings in Redis"))
    }
}
