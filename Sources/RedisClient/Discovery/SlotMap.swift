/// Which node of a cluster is the primary of which slot. Pure state.
struct SlotMap: Sendable, Equatable {
    typealias Address = RedisConfiguration.Address

    /// All nodes that have slots or replicate one that has, primaries first.
    private(set) var nodes: [Address] = []
    /// For each slot, the index of its primary in ``nodes``; -1 for none.
    private var owners = [Int](repeating: -1, count: HashSlot.count)

    /// A map without a slot.
    init() {}

    /// Reads the answer to `CLUSTER SLOTS`; `nil` where it is none.
    ///
    /// - Parameter asked: Who answered: a node that does not know its own address says nothing instead.
    init?(_ reply: RedisValue, from asked: Address) {
        guard let ranges = reply.array else { return nil }
        var replicas: [Address] = []
        for range in ranges {
            guard let words = range.array, words.count > 2, let first = words[0].integer, let last = words[1].integer,
                0 <= first, first <= last, last < HashSlot.count, let primary = Self.node(words[2], asked)
            else { return nil }
            let index = add(primary)
            for slot in Int(first)...Int(last) { owners[slot] = index }
            replicas += words[3...].compactMap { Self.node($0, asked) }
        }
        for replica in replicas { _ = add(replica) }
    }

    /// The primary of a slot; `nil` where no node has it.
    func primary(of slot: HashSlot) -> Address? {
        let owner = owners[slot.number]
        return owner < 0 ? nil : nodes[owner]
    }

    /// All nodes that are the primary of a slot.
    var primaries: [Address] { Set(owners).filter { $0 >= 0 }.sorted().map { nodes[$0] } }

    /// How many slots no node has.
    var unservedSlots: Int { owners.count { $0 < 0 } }

    /// Follows a `MOVED`.
    mutating func move(_ slot: HashSlot, to primary: Address) { owners[slot.number] = add(primary) }

    private mutating func add(_ node: Address) -> Int {
        if let index = nodes.firstIndex(of: node) { return index }
        nodes.append(node)
        return nodes.count - 1
    }

    private static func node(_ value: RedisValue, _ asked: Address) -> Address? {
        guard let words = value.array, words.count > 1, let port = words[1].integer, (1...65_535).contains(port) else {
            return nil
        }
        return Address(host: words[0].string ?? "", port: Int(port), besides: asked)
    }
}

extension RedisConfiguration.Address {
    /// An address as a node says it: no host, or `?`, means the one that was asked.
    init(host: String, port: Int, besides asked: Self) {
        var host = host
        if host.isEmpty || host == "?", case .tcp(let known, _) = asked { host = known }
        self = .tcp(host: host, port: port)
    }

    /// `host:port`, with brackets around an IPv6 address.
    var text: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unixSocket(let path): path
        }
    }
}
