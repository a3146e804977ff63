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
    ///   - channels: Their names; the same one twice counts once. Without any there is nothing to hear.
    ///   - isSharded: Whether they are channels of a slot, for what `SPUBLISH` publishes (Redis 7). All have to be of the same
    ///     slot, and the client at its primary.
    ///   - body: Called in order, on an event loop: it must not block.
    public func listen(
        to channels: [String],
        isSharded: Bool,
        _ body: @Sendable @escaping (RedisPush) -> Void
    ) async {
        guard let subscription = Subscription(channels, isSharded: isSharded) else { return }
        var backoff = Backoff(configuration.backoff)
        var failure: String?
        while !Task.isCancelled {
            let start = ContinuousClock.now
            let reason: RedisError?
            do {
                reason = try await listen(subscription, body)
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
        connection.listen(subscription.command)
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
    let command: RedisCommand
    private let count: Int64
    private let prefix: String

    /// - Returns: `nil` without channels.
    init?(_ channels: [String], isSharded: Bool) {
        let channels = Set<Spelling>(channels).sorted().map(\.text)
        guard !channels.isEmpty else { return nil }
        prefix = isSharded ? "s" : ""
        var command = RedisCommand(name: isSharded ? "SSUBSCRIBE" : "SUBSCRIBE", capacity: channels.count)
        for channel in channels { command.append(channel) }
        self.command = command
        count = Int64(channels.count)
    }

    func read(_ reply: RedisValue) -> RedisPush? {
        guard let words = reply.array, words.count == 3, var kind = words[0].string?[...],
            let channel = words[1].string
        else { return nil }
        guard kind.hasPrefix(prefix) else { return nil }
        kind = kind.dropFirst(prefix.count)
        switch kind {
        case "subscribe": return words[2].integer == count ? .subscribed : nil
        case "message": return .message(channel: channel, payload: words[2].bytes ?? [])
        default: return nil
        }
    }
}
