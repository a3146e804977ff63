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
    ///   - body: Called in order, on an event loop: it must not block.
    public func listen(to channels: [String], _ body: @Sendable @escaping (RedisPush) -> Void) async {
        let channels = Set<Spelling>(channels).sorted().map(\.text)
        guard !channels.isEmpty else { return }
        var command = RedisCommand(name: "SUBSCRIBE", capacity: channels.count)
        for channel in channels { command.append(channel) }
        var backoff = Backoff(configuration.backoff)
        var failure: String?
        while !Task.isCancelled {
            let start = ContinuousClock.now
            let reason: RedisError?
            do {
                reason = try await listen(with: command, channels: channels.count, body)
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
    private func listen(
        with command: RedisCommand,
        channels: Int,
        _ body: @Sendable @escaping (RedisPush) -> Void
    ) async throws(RedisError) -> RedisError? {
        let leader = try await link.connection(until: .now() + TimeAmount(configuration.commandTimeout))
        let connection = try await RedisConnection.connect(
            configuration,
            tls: tls,
            on: eventLoopGroup.next(),
            onPush: { reply in Self.push(reply, channels: channels).map(body) }
        )
        guard let tie = link.tie(connection, to: leader) else {
            connection.close()
            throw RedisError(.notSent, "commands went to another server meanwhile")
        }
        defer { link.release(tie) }
        connection.listen(command)
        return await withTaskCancellationHandler {
            await connection.closed()
        } onCancel: {
            connection.close()
        }
    }

    private static func push(_ reply: RedisValue, channels: Int) -> RedisPush? {
        guard let words = reply.array, words.count == 3, let channel = words[1].string else { return nil }
        switch words[0].string {
        case "subscribe": return words[2].integer == Int64(channels) ? .subscribed : nil
        case "message": return .message(channel: channel, payload: words[2].bytes ?? [])
        default: return nil
        }
    }
}
