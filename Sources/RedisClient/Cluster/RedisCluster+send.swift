import NIOCore

extension RedisCluster {
    /// What is done with a command whose slot is on its way to another node, when its keys are not, or no longer, at the first.
    public enum SlotMove: Sendable, Hashable {
        /// It waits until the move is over: right for functions and scripts that find keys by themselves, which must not run
        /// where only some of them are.
        case wait
        /// It goes to the other node at once (`ASKING`): right for commands that name all of their keys.
        case follow
    }

    /// Sends one command to the primary of its key.
    ///
    /// - Throws: ``RedisError`` as ``RedisClient/send(_:)-(RedisCommand)``.
    public func send(
        _ command: RedisCommand,
        key: String,
        inMove move: SlotMove = .wait
    ) async throws(RedisError) -> RedisValue {
        let reply = try await send([command], key: key, inMove: move)[0]
        if case .error(let error) = reply { throw RedisError(error) }
        return reply
    }

    /// Sends commands of one slot to its primary, in one write.
    ///
    /// Those that are not taken (`MOVED`, `ASK`, `TRYAGAIN`, `CLUSTERDOWN`) are sent again, behind the others, until the
    /// command time-out.
    ///
    /// - Parameters:
    ///   - key: Any key of the slot.
    ///   - move: What is done while the slot is on its way to another node.
    /// - Returns: A reply for each, in order; error replies are values here.
    public func send(
        _ commands: [RedisCommand],
        key: String,
        inMove move: SlotMove = .wait
    ) async throws(RedisError) -> [RedisValue] {
        let deadline = NIODeadline.now() + TimeAmount(configuration.commandTimeout)
        let slot = HashSlot(of: key)
        var route = Route()
        var backoff = Backoff(.milliseconds(10) ... .milliseconds(500))
        while true {
            do throws(RedisError) {
                try await send(commands, along: &route, of: slot, move, until: deadline)
                if route.isComplete { return route.replies }
            } catch {
                // Another node may have the slot by now. What was answered already stands.
                guard error.code == .notSent, !isClosed else { throw error }
                route.failure = error
            }
            let pause = TimeAmount(backoff.next())
            guard .now() + pause < deadline, (try? await Task.sleep(for: Duration(pause))) != nil else {
                return try route.outcome()
            }
        }
    }

    /// Sends what is open once.
    private func send(
        _ commands: [RedisCommand],
        along route: inout Route,
        of slot: HashSlot,
        _ move: SlotMove,
        until deadline: NIODeadline
    ) async throws(RedisError) {
        for (address, open) in route.batches(of: commands.count) {
            let client: RedisClient
            var batch = open.map { commands[$0] }
            if let address {
                guard let other = self.client(at: address) else { throw RedisError(.notSent, "the client is closed") }
                client = other
                batch = batch.flatMap { [RedisCommand("ASKING"), $0] }
            } else if let primary = try self.client(of: slot) {
                client = primary
            } else {
                doubt()
                throw RedisError(.notSent, "no node of \(configuration) is known to have the slot \(slot)")
            }
            var replies: [RedisValue]
            do throws(RedisError) {
                replies = try await client.send(batch, until: deadline)
            } catch {
                doubt()
                throw error
            }
            if address != nil { replies = stride(from: 1, to: replies.count, by: 2).map { replies[$0] } }
            // Nearly always the map is right.
            if open.count == commands.count, address == nil, !replies.contains(where: \.isRedirection) {
                route.complete(replies)
                return
            }
            route.begin(replies)
            for (index, reply) in zip(open, replies) {
                switch route.take(reply, for: index, from: self.address(of: client), move) {
                case .moved(let slot, let address): self.move(slot, to: address)
                case .wait: doubt()
                case .ask, nil: break
                }
            }
        }
    }
}

/// Which of some commands have their replies, and where the others go. Pure state.
struct Route {
    typealias Address = RedisConfiguration.Address

    /// By the command's index; nothing before the first reply.
    private(set) var replies: [RedisValue] = []
    /// Those without a reply that counts: to the primary (`nil`), or to a node that has to be told `ASKING`. Nothing before
    /// the first reply, when all of them are.
    private var open: [Int: Address?] = [:]
    private var isBegun = false
    /// Why they were not sent, the last time.
    var failure: RedisError?

    var isComplete: Bool { isBegun && open.isEmpty }

    /// The open ones by where they go, each in their order.
    func batches(of count: Int) -> [(Address?, [Int])] {
        guard isBegun else { return [(nil, Array(0..<count))] }
        return Dictionary(grouping: open.keys.sorted()) { open[$0] ?? nil }
            .sorted { $0.value[0] < $1.value[0] }.map { ($0.key, $0.value) }
    }

    /// Takes replies to all commands, none of which is a redirection.
    mutating func complete(_ replies: [RedisValue]) {
        self.replies = replies
        open = [:]
        isBegun = true
    }

    /// Takes replies of all commands to begin with.
    mutating func begin(_ replies: [RedisValue]) {
        guard !isBegun else { return }
        self.replies = replies
        open = Dictionary(uniqueKeysWithValues: replies.indices.map { ($0, Address?.none) })
        isBegun = true
    }

    /// Takes a reply, or what it says about where the command goes next.
    mutating func take(
        _ reply: RedisValue,
        for index: Int,
        from node: Address,
        _ move: RedisCluster.SlotMove
    ) -> Redirection? {
        replies[index] = reply
        failure = nil
        open[index] = nil
        guard case .error(let error) = reply, let redirection = Redirection(error, from: node) else { return nil }
        if case .ask(_, let address) = redirection, move == .follow {
            open[index] = .some(address)
        } else {
            open[index] = .some(nil)
        }
        return redirection
    }

    /// What a caller has at the end of its time: the refusals of those that are open, or why none was sent.
    func outcome() throws(RedisError) -> [RedisValue] {
        if let failure, !isBegun { throw failure }
        return replies
    }
}

extension RedisValue {
    fileprivate var isRedirection: Bool {
        guard case .error(let error) = self else { return false }
        return ["MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN"].contains(error.prefix)
    }
}
