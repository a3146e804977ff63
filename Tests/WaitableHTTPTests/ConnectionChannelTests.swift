import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import WaitableHTTP

@Suite("A connection's channel", .timeLimit(.minutes(1)))
struct ConnectionChannelTests {
    @Test("keeps little in the kernel for a client that does not read")
    func sendBuffer() async throws {
        let setup = ConnectionChannel(limits: ConnectionLimits()) { _, writer, _ in
            try await writer.writeResponse(.init(status: .ok))
        }
        let logger = Logger(label: "test")
        let (connections, connection) = AsyncStream<(ConnectionChannel.Value, size: Int)>.makeStream()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                setup.setup(channel: channel, logger: logger).flatMap { value in
                    channel.getOption(.socketOption(.so_sndbuf)).map { connection.yield((value, Int($0))) }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await RawConnection(port: try #require(server.localAddress?.port))
        // Linux doubles what it is told. Left to itself, it begins with 2.5 MB here, and lets that grow.
        for await (value, size) in connections {
            #expect((1...524_288).contains(size))
            try await client.close()
            await setup.handle(value: value, logger: logger)
            break
        }
        try await server.close()
    }
}
