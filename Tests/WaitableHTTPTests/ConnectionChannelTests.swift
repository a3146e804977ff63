import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
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

    @Test("keeps little in the kernel for a client that is not read: all of it comes at once when the client ends")
    func receiveBuffer() async throws {
        let size = try await option { Int(try await $0.getOption(.socketOption(.so_rcvbuf)).get()) }
        #expect((1...524_288).contains(size))
    }

    @Test("takes a client's requests one at a time, however many come at once")
    func oneAtATime() async throws {
        let (answered, heads) = (Counter(), Heads())
        let most = Mutex(0)
        let setup = ConnectionChannel(limits: ConnectionLimits()) { _, writer, _ in
            most.withLock { $0 = max($0, heads.count.value - answered.value) }
            answered.add()
            try await writer.writeResponse(.init(status: .noContent))
        }
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        let count = 1_000
        try await connection(by: setup, adding: heads) { client, _ in
            try await client.send(String(repeating: request, count: count))
            for _ in 0..<count { #expect(await client.take(through: "\r\n\r\n").hasPrefix("HTTP/1.1 204 ")) }
            try await client.close()
        }
        #expect(heads.count.value == count)
        #expect(most.withLock { $0 } == 1)
    }

    /// Counts the requests behind a connection's handler.
    private final class Heads: ChannelInboundHandler, Sendable {
        typealias InboundIn = HTTPServerRequestPart
        let count = Counter()

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if case .head = unwrapInboundIn(data) { count.add() }
            context.fireChannelRead(data)
        }
    }

    @Test("reads little of a client at once")
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
        var found: Value?
        try await connection(by: setup) { client, channel in
            found = try await read(channel)
            try await client.close()
        }
        return try #require(found)
    }

    /// Makes a connection, and answers its requests while something is done with its client and its channel.
    private func connection(
        by setup: ConnectionChannel,
        adding heads: Heads? = nil,
        _ body: (RawConnection, any Channel) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test")
        let (connections, connection) = AsyncStream<(ConnectionChannel.Value, channel: any Channel)>.makeStream()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                setup.setup(channel: channel, logger: logger).flatMapThrowing { value in
                    if let heads {
                        let pipeline = channel.pipeline.syncOperations
                        let handler = try pipeline.handler(type: ConnectionHandler.self)
                        try pipeline.addHandler(heads, position: .after(handler))
                    }
                    connection.yield((value, channel))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await RawConnection(port: try #require(server.localAddress?.port))
        for await (value, channel) in connections {
            async let answers: Void = setup.handle(value: value, logger: logger)
            try await body(client, channel)
            await answers
            break
        }
        try await server.close()
    }
}
