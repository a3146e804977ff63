import Foundation
import RedisClient
import RedisTestServer
import Testing
import WaitableRedis

/// The sessions that the documents show are what happens.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct DocumentTests {
    /// Each with the user who calls redis-cli in it, where it does not name another one.
    private static let documents = [
        ("README.md", "operator"), ("docs/redis-cli.md", "operator"), ("docs/aws-clients.md", "operator"),
        ("docs/managing-items.md", "operator"), ("docs/metrics.md", "operator"), ("docs/operations.md", "operator"),
        ("docs/access.md", "operator"), ("docs/tasks.md", "consumer"),
    ]

    @Test("The documents' sessions", arguments: documents.map(\.0))
    func session(document: String) async throws {
        let session = try ConsoleSession(document: document)
        #expect(!session.commands.isEmpty)
        try await Stack.with { stack in try await run(session, on: stack, as: nil) }
    }

    @Test("The same as the users of deploy/redis/users.acl that they name", arguments: documents)
    func session(document: String, user: String) async throws {
        let session = try ConsoleSession(document: document)
        if session.commands.contains(where: { $0.line.contains("redis-cli") }) {
            #expect(session.text.contains("`waitable-\(user)`"))
        }
        let users = try RedisUsers(default: RedisUsers.openDefaultLine)
        try await Stack.with(options: users.options, ingestUser: "ingest") { stack in
            try await run(session, on: stack, as: user)
            let log = try await stack.store.client.send(RedisCommand("ACL", "LOG"))
            #expect(log.array?.isEmpty == true, "\(log)")
        }
    }

    private func run(_ session: ConsoleSession, on stack: Stack, as user: String?) async throws {
        let worker = try stack.worker([
            "WAITABLE_REDIS_URL": Stack.url(of: stack.redis, user: user.map { _ in "worker" }),
            "WAITABLE_POLL_MS": "200",
        ])
        try await eventually("the worker listens") { worker.output.contains("worker started") }
        try await eventually("the worker is subscribed") {
            try await stack.integer("PUBLISH", stack.store.keys.wake, "9999999999999") == 1
        }
        try await session.run(on: stack, as: user)
        worker.signal(SIGTERM)
        #expect(try await worker.end() == 0)
    }
}
