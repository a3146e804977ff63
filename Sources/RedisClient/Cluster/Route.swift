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
    var isRedirection: Bool {
        guard case .error(let error) = self else { return false }
        return ["MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN"].contains(error.prefix)
    }
}
