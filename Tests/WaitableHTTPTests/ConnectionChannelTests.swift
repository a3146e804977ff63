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
        let size = try await option { Int(try await $0.getOption(.socketOption(.so_sndbuf)).get()) }
        // Linux doubles what it is told. Left to itself, it begins with 2.5 MB here, and lets that grow.
        #expect((1...524_288).contains(size))
    }

    @Test("takes few of a client's requests at once: what is read is taken before the first one is answered")
    func smallReads() async throws {
        #expect(try await option { try await $0.getOption(.maxMessagesPerRead).get() } == 1)
        let most = try await option { channel in
            var allocator = try await channel.getOption(.recvAllocator).get()
            // One that grows with what comes would do so here.
            for _ in 0..<100 { _ = allocator.record(actualReadBytes: 1 << 20) }
            return allocator.buffer(allocator: ByteBufferAllocator()).capacity
        }
        #expect(most <= 16_384)
    }

    /// What a connection's channel says of itself.
    private func option<Value: Sendable>(
        _ read: @Sendable @escaping (any Channel) async throws -> Value
    ) async throws -> Value {
        let setup = ConnectionChannel(limits: ConnectionLimits()) { _, writer, _ in
            try await writer.writeResponse(.init(status: .ok))
        }
        let logger = Logger(label: "test")
        let (connections, connection) = AsyncStream<(ConnectionChannel.Value, channel: any Channel)>.makeStream()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                setup.setup(channel: channel, logger: logger).map { connection.yield(($0, channel)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await RawConnection(port: try #require(server.localAddress?.port))
        var found: Value?
        for await (value, channel) in connections {
            found = try await read(channel)
            try await client.close()
            await setup.handle(value: value, logger: logger)
            break
        }
        try await server.close()
        return try #require(found)
    }
}
