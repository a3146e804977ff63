import NIOCore
import NIOPosix
import Synchronization
import Transport

/// One connection, made and greeted.
struct RedisConnection: Sendable, Equatable {
    let channel: any Channel
    private let handler: NIOLoopBound<CommandHandler>

    /// Connects and greets: `AUTH`, `SELECT`, `CLIENT SETNAME`, all of it within the connect time-out.
    ///
    /// - Parameters:
    ///   - tls: Where the TLS context comes from; `nil` for a plain connection.
    ///   - onPush: Called on the event loop for what the server sends unasked, as pub/sub does.
    static func connect(
        _ configuration: RedisConfiguration,
        tls: TLSSource?,
        on eventLoop: any EventLoop,
        onPush: (@Sendable (RedisValue) -> Void)? = nil
    ) async throws(RedisError) -> RedisConnection {
        let deadline = NIODeadline.now() + TimeAmount(configuration.connectTimeout)
        let connection: RedisConnection
        do {
            connection = try await open(configuration, tls: try tls?.setup(), on: eventLoop, onPush: onPush)
        } catch let error as TLSSetup.Unusable {
            let names = configuration.names
            throw RedisError(
                .configuration,
                "TLS for \(configuration): \(error); correct \(names.authorities), \(names.certificate) or \(names.privateKey)"
            )
        } catch is CancellationError {
            throw RedisError(.notSent, "the caller was cancelled")
        } catch {
            let advice = configuration.advice(on: ConnectFailure(error))
            throw RedisError(.notSent, "cannot connect to \(configuration): \(advice)")
        }
        async let _ = connection.endIfPlain(configuration, on: eventLoop)
        do {
            try await connection.greet(configuration, until: deadline)
            return connection
        } catch {
            connection.close()
            throw error
        }
    }

    private static func open(
        _ configuration: RedisConfiguration,
        tls: TLSSetup?,
        on eventLoop: any EventLoop,
        onPush: (@Sendable (RedisValue) -> Void)?
    ) async throws -> RedisConnection {
        let attempt = ConnectionAttempt()
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(tls.handler(for: configuration.address))
                    }
                    let handler = CommandHandler(
                        timeout: TimeAmount(configuration.commandTimeout),
                        pingInterval: TimeAmount(configuration.pingInterval),
                        shortestStay: TimeAmount(configuration.backoff.upperBound),
                        followsSlot: configuration.followsSlot,
                        onPush: onPush
                    )
                    try channel.pipeline.syncOperations.addHandler(handler)
                    let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
                    try attempt.add(RedisConnection(channel: channel, handler: bound))
                }
            }
        let channel = try await withTaskCancellationHandler {
            switch configuration.address {
            case .tcp(let host, let port):
                try await bootstrap
                    .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .connect(host: host, port: port).get()
            case .unixSocket(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
            }
        } onCancel: {
            attempt.cancel()
        }
        guard let connection = attempt.connection(of: channel) else { throw ChannelError.ioOnClosedChannel }
        return connection
    }

    /// How long a TLS handshake may take before the server is asked whether it speaks TLS at all.
    private static let longestHandshake: Duration = .seconds(1)

    /// Ends a TLS connection to a port that turns out to be a plain one: Redis says nothing to a handshake there, and waits
    /// for more of it.
    private func endIfPlain(_ configuration: RedisConfiguration, on eventLoop: any EventLoop) async {
        guard configuration.tls != nil, (try? await Task.sleep(for: Self.longestHandshake)) != nil else { return }
        // Nobody's password goes to a port that may be anybody's.
        var plain = RedisConfiguration(address: configuration.address)
        plain.connectTimeout = configuration.connectTimeout
        guard let probe = try? await Self.open(plain, tls: nil, on: eventLoop, onPush: nil) else { return }
        defer { probe.close() }
        let deadline = NIODeadline.now() + TimeAmount(configuration.connectTimeout)
        guard case .replies = await probe.send([RedisCommand("PING")], until: deadline) else { return }
        channel.eventLoop.execute { handler.value.end(because: .notTLS) }
    }

    static func == (one: Self, other: Self) -> Bool { one.channel === other.channel }

    private func greet(_ configuration: RedisConfiguration, until deadline: NIODeadline) async throws(RedisError) {
        var greeting: [RedisCommand] = []
        if let password = configuration.password {
            greeting.append(
                configuration.user.map { RedisCommand("AUTH", $0, password) } ?? RedisCommand("AUTH", password)
            )
        }
        if configuration.database != 0 { greeting.append(RedisCommand("SELECT", String(configuration.database))) }
        if let name = configuration.clientName { greeting.append(RedisCommand("CLIENT", "SETNAME", name)) }
        // A node of a cluster, though the address is fixed, has perhaps another slot.
        if configuration.role == .client, let key = configuration.key {
            for key in [key] + configuration.otherKeys { greeting.append(RedisCommand("EXISTS", key)) }
        }
        // One more, so that the time-out covers a TLS handshake and a server that never answers.
        greeting.append(RedisCommand("PING"))
        switch await send(greeting, until: deadline) {
        case .replies(let replies):
            try checkDatabase(configuration, replies)
            // A user may be barred from the name and from PING, and is connected all the same.
            for case .error(let error) in replies where error.prefix != "NOPERM" {
                if error.prefix == "MOVED" { throw configuration.clusterNode(without: error) }
                // Without the command: it may hold the password.
                throw configuration.refusal(error)
            }
        case .failed(let error): throw Self.noGreeting(configuration, error)
        case .unwritten:
            let reason = (try? await channel.eventLoop.submit { handler.value.failure }.get()) ?? nil
            throw Self.noGreeting(configuration, reason)
        }
    }

    /// Another database than the one that was asked for would hold other data. That this one is refused does not pass, but
    /// where the user was let in.
    private func checkDatabase(_ configuration: RedisConfiguration, _ replies: [RedisValue]) throws(RedisError) {
        let (login, choice) = (configuration.password == nil ? 0 : 1, configuration.database)
        guard choice != 0, case .error(let error) = replies[login], error.prefix != "NOAUTH", !error.isPassing else {
            return
        }
        if login == 1, case .error = replies[0] { return }
        let hint = error.prefix == "NOPERM" ? "; the user must have the right +select" : ""
        throw RedisError(
            .configuration,
            "\(configuration): the database \(choice) is refused: \(error)\(hint); correct \(configuration.names.url)"
        )
    }

    private static func noGreeting(_ configuration: RedisConfiguration, _ reason: RedisError?) -> RedisError {
        let words =
            reason?.isForeign ?? false
            ? "that is not a Redis: correct host and port in \(configuration.names.url)"
            : reason?.cause.map(configuration.advice) ?? reason?.message ?? "cancelled"
        let hint = RedisConfiguration.hint(in: words)
        return RedisError(.notSent, "no greeting from \(configuration): \(words)\(hint)")
    }

    /// Sends commands in one write, and waits for their replies.
    ///
    /// - Parameter onSettled: Called when the server owes nothing more for them, and never where they were not written.
    func send(
        _ commands: [RedisCommand],
        until deadline: NIODeadline,
        onSettled: (@Sendable () -> Void)? = nil
    ) async -> Request.Outcome {
        var bytes = channel.allocator.buffer(capacity: commands.reduce(0) { $0 + $1.byteCount })
        for command in commands { command.write(to: &bytes) }
        let request = bytes
        let ticket = Request.Ticket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Request.Waiter) in
                channel.eventLoop.execute {
                    handler.value.send(
                        request,
                        replies: commands.count,
                        ticket: ticket,
                        deadline: deadline,
                        onSettled: onSettled,
                        waiter: waiter
                    )
                }
            }
        } onCancel: {
            ticket.isCancelled.store(true, ordering: .releasing)
            channel.eventLoop.execute { handler.value.abandon(ticket) }
        }
    }

    /// Writes commands that make the server speak unasked from here on.
    func listen(_ commands: [RedisCommand]) {
        var bytes = channel.allocator.buffer(capacity: commands.reduce(0) { $0 + $1.byteCount })
        for command in commands { command.write(to: &bytes) }
        let subscription = bytes
        channel.eventLoop.execute { handler.value.listen(subscription) }
    }

    /// Waits until the connection is closed.
    ///
    /// - Returns: Why; `nil` where it was closed from here, with nothing left to answer.
    func closed() async -> RedisError? {
        let reason = channel.closeFuture.map { handler.value.failure }
        // A close never fails.
        return (try? await reason.get()) ?? nil
    }

    /// Takes no more commands, and closes when every command has its reply, or after some time.
    ///
    /// - Parameter error: What commands without a reply get in the end; `nil` for that the connection was closed.
    func retire(within limit: TimeAmount, because error: RedisError? = nil) {
        let timer = channel.eventLoop.scheduleTask(in: limit) {
            if let error { handler.value.end(because: error) } else { close() }
        }
        channel.closeFuture.whenComplete { _ in timer.cancel() }
        channel.eventLoop.execute { handler.value.retire() }
    }

    /// Closes at once.
    func close() { channel.close(promise: nil) }
}
