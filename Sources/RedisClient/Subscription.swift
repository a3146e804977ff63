import Logging
import NIOCore

/// What a subscription hears.
public enum RedisPush: Sendable, Equatable {
    /// All channels are subscribed, for the first time or again: what was published before was missed.
    case subscribed
    /// A message on a channel.
    case message(channel: String, payload: [UInt8])
}

extension RedisClient {
    /// Listens to channels on a connection of its own, and comes back when it is lost, until the task is cancelled.
    ///
    /// It is at the server that commands go to: when these leave a server, as after a failover, it does too.
    ///
    /// - Parameters:
    ///   - channels: For what `PUBLISH` publishes; the same one twice counts once. Without any there is nothing to hear.
    ///   - sharded: Channels of slots, for what `SPUBLISH` publishes (Redis 7). In a cluster the client has to be at the primary
    ///     of all of them.
    ///   - body: Called in order, on an event loop: it must not block.
    public func listen(
        to channels: [String],
        sharded: [String] = [],
        _ body: @Sendable @escaping (RedisPush) -> Void
    ) async {
        guard let subscription = Subscription(channels, sharded: sharded) else { return }
        await subscription.keep(configuration.backoff, logger) { () async throws(RedisError) in
            try await self.listen(subscription, body)
        }
    }

    /// One connection's time; returns why it ended.
    func listen(
        _ subscription: Subscription,
        _ body: @Sendable @escaping (RedisPush) -> Void
    ) async throws(RedisError) -> RedisError? {
        let leader = try await link.connection(until: .now() + TimeAmount(configuration.commandTimeout))
        guard let server = link.server(of: leader) else { throw Self.hasLeft }
        let connection = try await RedisConnection.connect(
            server,
            tls: tls,
            on: eventLoopGroup.next(),
            onPush: { reply in subscription.read(reply).map(body) }
        )
        guard let tie = link.tie(connection, to: leader) else {
            connection.close()
            throw Self.hasLeft
        }
        defer { link.release(tie) }
        connection.listen(subscription.commands)
        return await withTaskCancellationHandler {
            await connection.closed()
        } onCancel: {
            connection.close()
        }
    }

    private static let hasLeft = RedisError(.notSent, "commands went to another server meanwhile")
}

/// Channels, and how to read what is heard of them.
struct Subscription: Sendable {
    /// One for the plain channels, and one for those of each slot: a cluster takes no others together.
    let commands: [RedisCommand]
    /// What the server says last when it has taken all of them: a kind of answer, and a number of channels.
    private let last: (kind: String, count: Int64)

    /// - Returns: `nil` without channels.
    init?(_ channels: [String], sharded: [String]) {
        let channels = Set<Spelling>(channels).sorted().map(\.text)
        let sharded = Set<Spelling>(sharded).sorted().map(\.text)
        guard !channels.isEmpty || !sharded.isEmpty else { return nil }
        var commands: [RedisCommand] = []
        if !channels.isEmpty { commands.append(Self.command("SUBSCRIBE", channels)) }
        let slots = Dictionary(grouping: sharded) { HashSlot(of: $0).number }
        for (_, channels) in slots.sorted(by: { $0.key < $1.key }) {
            commands.append(Self.command("SSUBSCRIBE", channels))
        }
        self.commands = commands
        last =
            sharded.isEmpty
            ? (kind: "subscribe", count: Int64(channels.count)) : (kind: "ssubscribe", count: Int64(sharded.count))
    }

    private static func command(_ name: String, _ channels: [String]) -> RedisCommand {
        var command = RedisCommand(name: name, capacity: channels.count)
        for channel in channels { command.append(channel) }
        return command
    }

    func read(_ reply: RedisValue) -> RedisPush? {
        guard let words = reply.array, words.count == 3, let kind = words[0].string, let channel = words[1].string
        else { return nil }
        switch kind {
        case last.kind: return words[2].integer == last.count ? .subscribed : nil
        case "message", "smessage": return .message(channel: channel, payload: words[2].bytes ?? [])
        default: return nil
        }
    }

    /// Listens again whenever that ends, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - pauses: Between two connections.
    ///   - listen: One connection's time; returns why it ended.
    func keep(
        _ pauses: ClosedRange<Duration>,
        _ logger: Logger,
        _ listen: () async throws(RedisError) -> RedisError?
    ) async {
        var backoff = Backoff(pauses)
        var failure: String?
        while !Task.isCancelled {
            let start = ContinuousClock.now
            let reason: RedisError?
            do {
                reason = try await listen()
            } catch {
                reason = error
            }
            if Task.isCancelled { return }
            logger.log(
                level: reason?.message == failure ? .debug : .warning,
                "subscription lost",
                metadata: ["error": "\(reason?.message ?? "closed")"]
            )
            failure = reason?.message
            backoff.reset(after: .now - start)
            // A cancellation ends the pause, and then the loop.
            try? await Task.sleep(for: backoff.next())
        }
    }
}
