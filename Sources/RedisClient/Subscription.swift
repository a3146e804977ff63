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
    /// - Parameter body: Called in order, on an event loop: it must not block.
    public func listen(to channels: [String], _ body: @Sendable @escaping (RedisPush) -> Void) async {
        var backoff = Backoff(configuration.backoff)
        while !Task.isCancelled {
            do {
                let connection = try await RedisConnection.connect(
                    configuration,
                    on: eventLoopGroup.next(),
                    onPush: { reply in Self.push(reply, channels: channels.count).map(body) }
                )
                backoff.reset()
                var command = RedisCommand(name: "SUBSCRIBE", capacity: channels.count)
                for channel in channels { command.append(channel) }
                connection.sendForPushes(command)
                await withTaskCancellationHandler {
                    await connection.closed()
                } onCancel: {
                    connection.close()
                }
            } catch {
                logger.debug("no subscription", metadata: ["error": "\(error)"])
            }
            if !Task.isCancelled { try? await Task.sleep(for: backoff.next()) }
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
