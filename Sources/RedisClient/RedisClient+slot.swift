import NIOCore

extension RedisClient {
    /// Sends commands to the primary of a slot, and again those that it does not take.
    ///
    /// While a slot is on its way to another node (`ASK`), the commands wait: a function finds its keys by itself, and must
    /// not run where only some of them are.
    ///
    /// - Parameter sendOnce: Sends some of them, and returns their replies.
    func sendToSlot(
        _ commands: [RedisCommand],
        until deadline: NIODeadline,
        _ sendOnce: ([RedisCommand]) async throws(RedisError) -> [RedisValue]
    ) async throws(RedisError) -> [RedisValue] {
        var replies = try await sendOnce(commands)
        guard followsSlot else { return replies }
        var backoff = Backoff(.milliseconds(10) ... .milliseconds(500))
        while true {
            let open = replies.indices.filter { redirection(replies[$0]) != nil }
            guard !open.isEmpty else { return replies }
            let pause = TimeAmount(backoff.next())
            // A cancellation ends the pause, and then the loop.
            guard .now() + pause < deadline, (try? await Task.sleep(for: Duration(pause))) != nil else {
                return replies
            }
            do throws(RedisError) {
                let more = try await sendOnce(open.map { commands[$0] })
                for (index, reply) in zip(open, more) { replies[index] = reply }
            } catch {
                switch error.code {
                // They stay refused.
                case .notSent: return replies
                default: throw error
                }
            }
        }
    }

    private func redirection(_ reply: RedisValue) -> Redirection? {
        guard case .error(let error) = reply else { return nil }
        let redirection = Redirection(error, from: link.address ?? configuration.address)
        if case .moved(_, let primary) = redirection { finder?.suggest(primary) }
        return redirection
    }
}

extension Duration {
    init(_ time: TimeAmount) { self = .nanoseconds(time.nanoseconds) }
}
