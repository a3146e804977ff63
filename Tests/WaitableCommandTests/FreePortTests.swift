import NIOCore
import NIOPosix
import RedisTestServer
import Testing

@testable import WaitableCommand

@Suite("Free ports", .timeLimit(.minutes(1)))
struct FreePortTests {
    @Test("Who connects while a port is tried is turned away, and does not wait for an answer")
    func turnedAway() async throws {
        // None that the system gives to clients: one of those could connect to itself.
        let port = try RedisTestServer.freePort()
        let client = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled { try await FreePort.bind("127.0.0.1", port) }
            }
            for _ in 0..<10 {
                var channel: (any Channel)?
                while channel == nil { channel = try? await client.connect(host: "127.0.0.1", port: port).get() }
                try await channel?.closeFuture.get()
            }
            group.cancelAll()
        }
    }
}
