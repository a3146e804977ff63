public import Logging
public import NIOCore
public import NIOPosix
public import ServiceLifecycle
import Synchronization

/// A client of one Redis: commands of many tasks, pipelined on one connection that comes back by itself.
///
/// ```swift
/// let client = RedisClient(try RedisConfiguration(url: "redis://127.0.0.1:6379"), logger: logger)
/// try await withThrowingTaskGroup { group in
///     group.addTask { try await client.run() }
///     print(try await client.send(RedisCommand("PING")))
///     group.cancelAll()
/// }
/// ```
public final class RedisClient: Service {
    /// Whether commands can go out.
    public enum ConnectionState: Sendable, Hashable {
        case connecting
        case connected
        case closed
    }

    let configuration: RedisConfiguration
    /// The user of the connection; `nil` for the one that Redis gives to everybody.
    public var user: String? { configuration.user }
    let eventLoopGroup: any EventLoopGroup
    let logger: Logger
    let link: Link
    /// Where connections have their TLS from; `nil` for plain ones.
    let tls: TLSSource?
    /// Who finds the server; `nil` where its address is fixed.
    let finder: ServerFinder?
    /// Whether the server is the primary of a slot: it may say that it is no longer.
    let followsSlot: Bool
    /// Those for commands that wait until they are safe.
    let durable: DurableConnections
    private let gate: Gate
    let counters = Counters()
    private let onFailedConnect: (@Sendable (RedisError) -> Void)?

    /// Where connections to Redis run by default: names are looked up one after another on an event loop, so a name that
    /// somebody else waits for would hold up the way back to Redis.
    public static let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// A client; nothing is connected until ``run()``.
    ///
    /// - Parameter onFailedConnect: Called for each try to connect that fails, but not for one that fails for the same
    ///   reason as the last.
    public init(
        _ configuration: RedisConfiguration,
        eventLoopGroup: any EventLoopGroup = RedisClient.eventLoops,
        logger: Logger,
        onFailedConnect: (@Sendable (RedisError) -> Void)? = nil
    ) {
        self.onFailedConnect = onFailedConnect
        self.configuration = configuration
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        tls = TLSSource(configuration, logger: logger)
        finder = ServerFinder(configuration, tls: tls, on: eventLoopGroup, logger: logger)
        followsSlot = if case .cluster = finder?.discovery { true } else { false }
        link = Link(eventLoop: eventLoopGroup.next())
        durable = DurableConnections(eventLoop: eventLoopGroup.next())
        gate = Gate(
            commands: configuration.maximumPendingCommands,
            bytes: configuration.maximumPendingBytes,
            eventLoop: eventLoopGroup.next()
        )
    }

    /// Whether commands can go out.
    public var connectionState: ConnectionState { link.connectionState }

    /// How many connections there have been, the current one among them.
    public var connections: Int { counters.connects.load(ordering: .relaxed) }

    /// The number of the last connection among all of the process.
    var connectionNumber: Int { counters.number.load(ordering: .relaxed) }

    /// What the client has done so far.
    public var statistics: RedisStatistics {
        RedisStatistics(
            commandsSent: counters.commandsSent.load(ordering: .relaxed),
            commandsPending: gate.commandsInside,
            commandsWaiting: gate.commandsOutside,
            reconnects: max(0, counters.connects.load(ordering: .relaxed) - 1),
            failedConnects: counters.failedConnects.load(ordering: .relaxed)
        )
    }

    /// Keeps a connection until the task is cancelled, or until the graceful shutdown: then no more commands are taken,
    /// and those under way get their replies before the connection is closed. To be called once.
    ///
    /// - Throws: ``RedisError`` before the first connection: `configuration` where none can ever be made with this
    ///   configuration, such as for a database that the server refuses; and where the server refuses the credentials, and
    ///   the configuration says that this ends the client. Later failures are tried again and again.
    public func run() async throws {
        defer { link.close() }
        try await cancelWhenGracefulShutdown {
            var backoff = Backoff(self.configuration.backoff)
            var failure: String?
            while !Task.isCancelled {
                do throws(RedisError) {
                    let (connection, server) = try await self.connect()
                    failure = nil
                    let start = ContinuousClock.now
                    await self.keep(connection, to: server)
                    backoff.reset(after: .now - start)
                } catch {
                    self.failed(error, after: failure)
                    failure = error.message
                    let isFinal = error.isLoginRefusal && self.configuration.endsOnLoginRefusal
                    if isFinal || error.code == .configuration, self.connections == 0 {
                        self.link.close(because: error)
                        throw error
                    }
                }
                // A cancellation ends the pause, and then the loop.
                if !Task.isCancelled { try? await Task.sleep(for: backoff.next()) }
            }
        }
    }

    /// How long commands under way have for their replies once the client is told to end.
    private static let drainLimit: Duration = .seconds(2)

    /// Finds the server, where its address is not fixed, and connects to it.
    private func connect() async throws(RedisError) -> (RedisConnection, RedisConfiguration) {
        let server = try await finder?.find() ?? configuration
        let connection = try await RedisConnection.connect(server, tls: tls, on: eventLoopGroup.next())
        do throws(RedisError) {
            try await finder?.check(connection, to: server)
        } catch {
            connection.close()
            throw error
        }
        return (connection, server)
    }

    /// Offers a connection to the commands until it is closed.
    private func keep(_ connection: RedisConnection, to server: RedisConfiguration) async {
        counters.connected()
        logger.debug("connected to Redis", metadata: ["server": "\(server)"])
        guard link.open(connection, to: server) else {
            connection.close()
            return
        }
        async let _ = leaveWhenReplaced(connection, server)
        let drainLimit = TimeAmount(min(configuration.commandTimeout, Self.drainLimit))
        let reason = await withTaskCancellationHandler {
            await connection.closed()
        } onCancel: {
            link.close()
            connection.retire(within: drainLimit)
        }
        link.discard(connection)
        if !Task.isCancelled {
            logger.warning("connection to Redis lost", metadata: ["error": "\(reason?.message ?? "closed")"])
        }
    }

    /// Leaves a server as soon as another one is the primary.
    ///
    /// What a primary that was replaced has not answered by then has an unknown outcome: it may answer yet, and lose what it
    /// did. A node whose slot has moved says so, unless it hangs.
    private func leaveWhenReplaced(_ connection: RedisConnection, _ server: RedisConfiguration) async {
        guard let successor = await finder?.successor(of: server.address) else { return }
        link.discard(connection)
        let error = RedisError(.outcomeUnknown, "\(successor.text) is the primary now")
        connection.retire(within: followsSlot ? .seconds(1) : .zero, because: error)
    }

    /// The first failure of its kind in a row is a warning; the same again is not.
    private func failed(_ error: RedisError, after previous: String?) {
        guard !Task.isCancelled else { return }
        counters.failedConnects.wrappingAdd(1, ordering: .relaxed)
        link.failed(error)
        if error.message != previous ?? "" { onFailedConnect?(error) }
        logger.log(
            level: error.message == previous ? .debug : .warning,
            "no connection to Redis",
            metadata: ["error": "\(error.message)"]
        )
    }

    /// Sends one command.
    ///
    /// - Throws: ``RedisError``: `server` for an error reply, `notSent` where there was no connection or no room within
    ///   the command time-out, `outcomeUnknown` where it was sent and no reply came.
    public func send(_ command: RedisCommand) async throws(RedisError) -> RedisValue {
        let reply = try await send([command])[0]
        if case .error(let error) = reply { throw RedisError(error) }
        return reply
    }

    /// Sends commands in one write.
    ///
    /// One connection carries the commands of all tasks, so they must be such that answer once and change nothing
    /// for the others: not `SELECT`, `SUBSCRIBE`, `MONITOR`, `CLIENT REPLY`, `MULTI` in pieces, nor blocking ones.
    ///
    /// On a cluster, those that the node does not take are sent again, behind the others, until the command time-out: to
    /// the primary that the slot has now, or to the same one when the slot is where it was, or has left.
    ///
    /// - Returns: A reply for each, in order; error replies are values here.
    public func send(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisValue] {
        let deadline = NIODeadline.now() + TimeAmount(configuration.commandTimeout)
        guard followsSlot else { return try await send(commands, until: deadline) }
        return try await sendToSlot(commands, until: deadline) { commands async throws(RedisError) in
            try await self.send(commands, until: deadline)
        }
    }

    /// Sends commands once.
    func send(_ commands: [RedisCommand], until deadline: NIODeadline) async throws(RedisError) -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        // Redis answers nothing to it, and every later reply would go to the wrong caller.
        guard commands.allSatisfy({ $0.words > 0 }) else { throw RedisError(.notSent, "a command has no words") }
        let load = try await gate.enter(
            Gate.Load(commands: commands.count, bytes: commands.reduce(0) { $0 + $1.byteCount }),
            until: deadline
        )
        while true {
            let connection: RedisConnection
            do throws(RedisError) {
                connection = try await link.connection(until: deadline)
                guard !Task.isCancelled else { throw RedisError(.notSent, "the caller was cancelled") }
            } catch {
                gate.leave(load)
                throw error
            }
            // The room is free again when the server owes no reply, not when the caller is gone.
            let outcome = await connection.send(commands, until: deadline) { [gate] in gate.leave(load) }
            if case .unwritten = outcome {
                if !Task.isCancelled { link.discard(connection) }
                continue
            }
            counters.commandsSent.wrappingAdd(commands.count, ordering: .relaxed)
            switch outcome {
            case .replies(let replies): return replies
            case .failed(let error): throw error
            case .unwritten: continue
            }
        }
    }
}
