import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import WaitableHTTP

@Suite(.timeLimit(.minutes(1)))
struct AcceptPauseTests {
    @Test(
        "Where there is no file for a connection, none is accepted for a moment, which is said once",
        arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM]
    )
    func pause(reason: Int32) async throws {
        try await withServer { server, lines in
            for _ in 0..<3 { server.pipeline.fireErrorCaught(IOError(errnoCode: reason, reason: "accept")) }
            // Nothing is read any more: an event loop is woken for what it reads alone.
            #expect(try await server.getOption(.autoRead).get() == false)
            while try await server.getOption(.autoRead).get() == false {
                try await Task.sleep(for: .milliseconds(10))
            }
            // Once more is news, but none that is worth another line.
            server.pipeline.fireErrorCaught(IOError(errnoCode: reason, reason: "accept"))
            let port = try #require(server.localAddress?.port)
            let connection = try await RawConnection(port: port)
            #expect(await connection.takeAll() == "hello")
            #expect(lines.all.count == 1 && lines.all.first?.hasPrefix("no connection is accepted") == true)
        }
    }

    @Test("A connection that has gone before it was accepted stops nothing")
    func gone() async throws {
        try await withServer { server, lines in
            server.pipeline.fireErrorCaught(IOError(errnoCode: ECONNABORTED, reason: "accept"))
            let isReading = try await server.getOption(.autoRead).get()
            #expect(isReading)
            #expect(lines.all.isEmpty)
        }
    }

    /// A server that says hello to each connection.
    private func withServer(_ body: (any Channel, Lines) async throws -> Void) async throws {
        let lines = Lines()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Greeter())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let logger = Logger(label: "test") { _ in lines }
        AcceptPauseHandler.add(to: server, pause: .milliseconds(200), logger: logger)
        do {
            try await body(server, lines)
        } catch {
            try? await server.close()
            throw error
        }
        try await server.close()
    }

    private final class Greeter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "hello")), promise: nil)
            context.close(promise: nil)
        }
    }

    private struct Lines: LogHandler {
        private let lines = Shared()
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        var all: [String] { lines.all.withLock { $0 } }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.all.withLock { $0.append("\(event.message)") } }

        private final class Shared: Sendable {
            let all = Mutex<[String]>([])
        }
    }
}
