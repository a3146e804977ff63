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
        ("docs/access.md", "operator"), ("docs/tasks.md", "consumer"), ("docs/tables.md", "operator"),
        ("docs/feed.md", "consumer"),
    ]

    @Test("The sessions of those who have just begun, without users", arguments: ["README.md", "docs/redis-cli.md"])
    func session(document: String) async throws {
        let session = try ConsoleSession(document: document)
        #expect(!session.commands.isEmpty)
        let credentials = try Self.credentials(document)
        try await Stack.with(environment: credentials?.environment ?? [:]) { stack in
            try await run(session, on: stack, as: nil, in: credentials?.folder)
        }
    }

    @Test("The documents' sessions, as the users of deploy/redis/users.acl that they name", arguments: documents)
    func session(document: String, user: String) async throws {
        let session = try ConsoleSession(document: document)
        if session.commands.contains(where: { $0.line.contains("redis-cli") }) {
            #expect(session.text.contains("`waitable-\(user)`"))
        }
        let users = try RedisUsers(default: RedisUsers.openDefaultLine)
        let credentials = try Self.credentials(document)
        try await Stack.with(
            options: users.options,
            environment: credentials?.environment ?? [:],
            ingestUser: "ingest"
        ) { stack in
            try await run(session, on: stack, as: user, in: credentials?.folder)
            let log = try await stack.store.client.send(RedisCommand("ACL", "LOG"))
            #expect(log.array?.isEmpty == true, "\(log)")
        }
    }

    /// The credentials of the ingest that a document's session is held with, and the folder where it is held; `nil` for
    /// none.
    private static func credentials(_ document: String) throws -> CredentialFolder? {
        document == "docs/access.md" ? try CredentialFolder() : nil
    }

    private func run(
        _ session: ConsoleSession,
        on stack: Stack,
        as user: String?,
        in folder: URL?
    ) async throws {
        let worker = try stack.worker([
            "WAITABLE_REDIS_URL": Stack.url(of: stack.redis, user: user.map { _ in "worker" }),
            "WAITABLE_POLL_MS": "200",
        ])
        try await eventually("the worker listens") { worker.output.contains("worker started") }
        try await eventually("the worker is subscribed") {
            try await stack.integer("PUBLISH", stack.store.keys.wake, "9999999999999") == 1
        }
        try await session.run(on: stack, as: user, in: folder ?? Program.root)
        worker.signal(SIGTERM)
        #expect(try await worker.end() == 0)
    }
}
