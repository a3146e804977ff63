import Foundation
import Testing
import WaitableRedis

/// The sessions that the documents show are what happens.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct DocumentTests {
    @Test(
        "The documents' sessions",
        arguments: [
            "README.md", "docs/redis-cli.md", "docs/aws-clients.md", "docs/managing-items.md", "docs/metrics.md",
            "docs/operations.md", "docs/access.md", "docs/tasks.md",
        ]
    )
    func session(document: String) async throws {
        let session = try ConsoleSession(document: document)
        #expect(!session.commands.isEmpty)
        try await Stack.with { stack in
            let worker = try stack.worker(["WAITABLE_POLL_MS": "200"])
            try await eventually("the worker listens") { worker.output.contains("worker started") }
            try await eventually("the worker is subscribed") {
                try await stack.integer("PUBLISH", stack.store.keys.wake, "9999999999999") == 1
            }
            try await session.run(on: stack)
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }
}
