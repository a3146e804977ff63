package import Logging
import RedisClient
package import WaitableRedis

/// Takes messages from the partitions that have sent them to those that they are for: what was sent meanwhile, and what
/// comes back.
///
/// Any number of processes do so side by side: a partition takes each message once, and in order. What is on its way when a
/// process dies is delivered by the next worker that claims there.
package final class MessageDeliverer: Sendable {
    /// From one partition to another one.
    struct Channel: Hashable {
        var from: Int
        var to: Int
    }

    private let partitions: Partitions
    private let logger: Logger
    private let channels = NotedWork<Channel>()
    /// The pauses before a channel is tried again, in ms.
    private static let pauses: ClosedRange<Int64> = 20...5_000

    /// A deliverer between the partitions of a namespace.
    package init(partitions: Partitions, logger: Logger) {
        self.partitions = partitions
        self.logger = logger
    }

    /// Notes that messages wait in a partition.
    ///
    /// - Parameter others: The partitions that they are for.
    package func note(_ others: [Int], in partition: Int) {
        guard !others.isEmpty else { return }
        let known = others.filter { partitions.stores.indices.contains($0) && $0 != partition }
        channels.note(known.map { Channel(from: partition, to: $0) })
    }

    /// Delivers what is noted, until the task is cancelled.
    package func run() async { await channels.run { await self.deliver($0) } }

    /// Delivers all messages of a channel; again and again, while that does not succeed.
    private func deliver(_ channel: Channel) async {
        let (sender, receiver) = (partitions.stores[channel.from], partitions.stores[channel.to])
        var number: Int64 = 0
        var failures = 0
        var isAnew = false
        while !Task.isCancelled {
            do throws(StoreError) {
                let connection = sender.client.connections
                let messages = try await sender.messages(to: channel.to, after: number)
                guard !messages.isEmpty else { return }
                // What was read over a connection that is gone may be what a failover has taken back.
                guard sender.client.connections == connection, sender.client.connectionState == .connected else {
                    number = 0
                    continue
                }
                let receipt = try await receiver.deliver(messages, from: channel.from, isAnew: isAnew)
                note(receipt.messages, in: channel.to)
                for failure in receipt.failures { log(.error, "message had no effect", channel, failure) }
                isAnew = false
                failures = receipt.number > number ? 0 : failures + 1
                number = max(number, receipt.number)
            } catch  where error.refusal?.code == .gap && failures > 0 && number == 0 {
                // The partition has lost what it had had, by a failover or by hand: these were read from the channel's head.
                log(.error, "messages were lost: goes on with those that are there", channel, "\(error)")
                isAnew = true
                continue
            } catch {
                number = 0
                failures += 1
                log(failures == 1 ? .warning : .debug, "messages were not delivered", channel, "\(error)")
            }
            guard failures > 0 else { continue }
            let longest = min(Self.pauses.upperBound, Self.pauses.lowerBound << min(failures, 8))
            try? await Task.sleep(for: .milliseconds(Int64.random(in: Self.pauses.lowerBound...longest)))
        }
    }

    private func log(_ level: Logger.Level, _ message: Logger.Message, _ channel: Channel, _ error: String) {
        logger.log(
            level: Task.isCancelled ? .debug : level,
            message,
            metadata: ["from": "\(channel.from)", "to": "\(channel.to)", "error": "\(error)"]
        )
    }
}
