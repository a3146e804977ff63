import Testing

@testable import WaitableHTTP

/// What reads executions' documents for a request does so in turns.
@Suite("The turns in which documents are read", .timeLimit(.minutes(1)))
struct DocumentTurnsTests {
    /// Takes all turns and all places to wait for one, and does something meanwhile.
    private func withoutTurns(of ingest: Ingest, _ body: @Sendable @escaping () async throws -> Void) async throws {
        let (refusals, refusal) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // One more than there is room for.
            for _ in 0...(16 + 4_096) {
                group.addTask {
                    do {
                        try await ingest.documents.turn { _ in try await Task.sleep(for: .seconds(600)) }
                    } catch is ConcurrencyLimitError {
                        refusal.yield()
                    }
                }
            }
            defer { group.cancelAll() }
            for await _ in refusals { break }
            try await body()
        }
    }

    @Test(
        "lists, failures, an item, and one that is watched wait for theirs",
        arguments: [
            "/items", "/status", "/failures", "/items/a?stateMachine=m", "/events?areas=item&Id=a&stateMachine=m",
        ]
    )
    func refused(target: String) async throws {
        let ingest = TestServer.ingest()
        try await TestServer.with(ingest.routes()) { port in
            try await withoutTurns(of: ingest) {
                let head = "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                let connection = try await RawConnection(port: port, head)
                // The stream of an item tells of it in an event.
                let answer = await connection.take(through: "asked for at once.")
                #expect(answer.contains(#""code":"TooManyReplays""#), "\(answer)")
                try await connection.close()
            }
        }
    }
}
