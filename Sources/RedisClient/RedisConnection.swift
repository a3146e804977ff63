import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// One connection, made and greeted.
struct RedisConnection: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<CommandHandler>
    private static let ids = Atomic<UInt64>(0)

    /// Connects and greets: `AUTH`, `SELECT`, `CLIENT SETNAME`.
    ///
    /// - Parameter onPush: Called on the event loop for replies that answer nothing, as pub/sub has them.
    static func connect(
        _ configuration: RedisConfiguration,
        on eventLoop: any EventLoop,
        onPush: (@Sendable (RedisValue) -> Void)? = nil
    ) async throws(RedisError) -> RedisConnection {
        let connection: RedisConnection
        do {
            let tls = try configuration.tls.map { try TLSSetup($0, address: configuration.address) }
            let bootstrap = ClientBootstrap(group: eventLoop)
                .connectTimeout(TimeAmount(configuration.connectTimeout))
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if let tls { try channel.pipeline.syncOperations.addHandler(tls.handler()) }
                        let handler = CommandHandler(
                            timeout: TimeAmount(configuration.commandTimeout),
                            onPush: onPush
                        )
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                }
            let channel =
                switch configuration.address {
                case .tcp(let host, let port):
                    try await bootstrap
                        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                        .connect(host: host, port: port).get()
                case .unixSocket(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
                }
            connection = try await channel.eventLoop.submit {
                let handler = try channel.pipeline.syncOperations.handler(type: CommandHandler.self)
                return RedisConnection(
                    channel: channel,
                    handler: NIOLoopBound(handler, eventLoop: channel.eventLoop)
                )
            }.get()
        } catch {
            throw RedisError(.notSent, "cannot connect to \(configuration): \(error)")
        }
        do {
            try await connection.greet(configuration)
            return connection
        } catch {
            connection.close()
            throw error
        }
    }

    private func greet(_ configuration: RedisConfiguration) async throws(RedisError) {
        var greeting: [RedisCommand] = []
        if let password = configuration.password {
            greeting.append(
                configuration.user.map { RedisCommand("AUTH", $0, password) } ?? RedisCommand("AUTH", password)
            )
        }
        if configuration.database != 0 { greeting.append(RedisCommand("SELECT", String(configuration.database))) }
        if let name = configuration.clientName { greeting.append(RedisCommand("CLIENT", "SETNAME", name)) }
        // One more, so that the time-out covers a TLS handshake and a server that never answers.
        greeting.append(RedisCommand("PING"))
        let replies: [RedisValue]
        do {
            replies = try await send(greeting)
        } catch {
            throw RedisError(.notSent, "no greeting from \(configuration): \(error.message)")
        }
        for case .error(let error) in replies {
            // Without the command: it may hold the password.
            throw RedisError(error)
        }
    }

    /// Sends commands in one write, and waits for their replies.
    func send(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisValue] {
        var bytes = channel.allocator.buffer(capacity: commands.reduce(0) { $0 + $1.body.readableBytes + 16 })
        for command in commands { command.write(to: &bytes) }
        let id = Self.ids.wrappingAdd(1, ordering: .relaxed).newValue
        let request = bytes
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: CommandHandler.Waiter) in
                channel.eventLoop.execute {
                    handler.value.send(request, replies: commands.count, id: id, waiter: waiter)
                }
            }
        } onCancel: {
            channel.eventLoop.execute { handler.value.abandon(id) }
        }
        return try result.get()
    }

    /// Writes a command whose replies come as pushes.
    func sendForPushes(_ command: RedisCommand) {
        var bytes = channel.allocator.buffer(capacity: command.body.readableBytes + 16)
        command.write(to: &bytes)
        channel.writeAndFlush(bytes, promise: nil)
    }

    /// Waits until the connection is closed.
    func closed() async {
        try? await channel.closeFuture.get()
    }

    /// Closes when every request has its reply, or after some time.
    func closeWhenDrained(within limit: TimeAmount) {
        let drained = channel.eventLoop.makePromise(of: Void.self)
        drained.futureResult.whenComplete { _ in close() }
        let timer = channel.eventLoop.scheduleTask(in: limit) { close() }
        channel.eventLoop.execute { handler.value.drain(drained) }
        channel.closeFuture.whenComplete { _ in timer.cancel() }
    }

    /// Closes at once.
    func close() { channel.close(promise: nil) }
}
