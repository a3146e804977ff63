import NIOCore
import NIOPosix
import Synchronization

/// A TCP server that says what a real Redis never would.
final class FakeServer: Sendable {
    /// What it does about a command.
    enum Answer: Sendable {
        case text(String)
        case textThenClose(String)
        /// Nothing, until ``FakeServer/say(_:)``.
        case nothing
        case close
    }

    private let listener: any Channel
    private let log: Log

    /// What has happened on its connections.
    private final class Log: Sendable {
        let commands = Mutex<[[String]]>([])
        let channels = Mutex<[any Channel]>([])
    }

    /// - Parameter answer: What to do about a command; `PING` is answered already.
    static func with<Result: Sendable>(
        _ answer: @Sendable @escaping ([String]) -> Answer,
        greets: Bool = true,
        _ body: (FakeServer) async throws -> Result
    ) async throws -> Result {
        let server = try await FakeServer { command in
            greets && command[0] == "PING" ? .text("+\(command.count > 1 ? command[1] : "PONG")\r\n") : answer(command)
        }
        do {
            let result = try await body(server)
            try await server.end()
            return result
        } catch {
            try await server.end()
            throw error
        }
    }

    private init(_ answer: @Sendable @escaping ([String]) -> Answer) async throws {
        let log = Log()
        self.log = log
        listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    log.channels.withLock { $0.append(channel) }
                    let handler = FakeServerHandler { command in
                        if command[0] != "PING" { log.commands.withLock { $0.append(command) } }
                        return answer(command)
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var url: String { "redis://127.0.0.1:\(listener.localAddress?.port ?? 0)" }

    /// The commands that have come, but `PING`.
    var commands: [[String]] { log.commands.withLock { $0 } }

    /// How many connections were made.
    var connections: Int { log.channels.withLock { $0.count } }

    /// Says something on the latest connection.
    func say(_ text: String) {
        guard let channel = log.channels.withLock({ $0.last }) else { return }
        channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
    }

    private func end() async throws {
        try await listener.close()
        for channel in log.channels.withLock({ $0 }) { channel.close(promise: nil) }
    }
}
