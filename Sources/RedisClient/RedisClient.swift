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
    let eventLoopGroup: any EventLoopGroup
    let logger: Logger
    private let link: Link
    private let gate: Gate

    /// A client; nothing is connected until ``run()``.
    public init(
        _ configuration: RedisConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger
    ) {
        self.configuration = configuration
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        link = Link(eventLoop: eventLoopGroup.next())
        gate = Gate(capacity: configuration.maximumPendingCommands, eventLoop: eventLoopGroup.next())
    }

    /// Whether commands can go out.
    public var connectionState: ConnectionState { link.connectionState }

    /// Keeps a connection until the task is cancelled, or until the graceful shutdown: then commands under way get their
    /// replies before the connection is closed.
    public func run() async throws {
        defer { link.close() }
        await cancelWhenGracefulShutdown {
            var backoff = Backoff(self.configuration.backoff)
            while !Task.isCancelled {
                do throws(RedisError) {
                    let connection = try await RedisConnection.connect(
                        self.configuration,
                        on: self.eventLoopGroup.next()
                    )
                    backoff.reset()
                    await self.keep(connection)
                } catch {
                    self.link.lost(error)
                    self.logger.warning("no connection to Redis", metadata: ["error": "\(error)"])
                }
                if !Task.isCancelled { try? await Task.sleep(for: backoff.next()) }
            }
        }
    }

    /// Offers a connection to the commands until it is closed.
    private func keep(_ connection: RedisConnection) async {
        logger.debug("connected to Redis", metadata: ["server": "\(configuration)"])
        link.open(connection)
        let drainLimit = TimeAmount(min(configuration.commandTimeout, .seconds(5)))
        await withTaskCancellationHandler {
            await connection.closed()
        } onCancel: {
            connection.closeWhenDrained(within: drainLimit)
        }
        link.lost(nil)
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
    /// - Returns: A reply for each, in order; error replies are values here.
    public func send(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        let deadline = NIODeadline.now() + TimeAmount(configuration.commandTimeout)
        try await gate.enter(commands.count, until: deadline)
        defer { gate.leave(commands.count) }
        return try await link.connection(until: deadline).send(commands)
    }
}
