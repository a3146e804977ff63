/// A node's answer that it did not carry a command out, and what to do with it. Pure.
enum Redirection: Sendable, Equatable {
    /// The slot has another primary, for good.
    case moved(HashSlot, to: RedisConfiguration.Address)
    /// The slot is on its way to another node, and keys of the command are not, or no longer, here.
    case ask(HashSlot, RedisConfiguration.Address)
    /// That passes: keys of the command are on both sides, or the cluster is not in order.
    case wait

    /// - Returns: `nil` for an error that says something else.
    init?(_ error: RedisServerError, from node: RedisConfiguration.Address) {
        switch error.prefix {
        case "TRYAGAIN", "CLUSTERDOWN": self = .wait
        case "MOVED", "ASK":
            let words = error.message.split(separator: " ")
            guard words.count == 2, let slot = Int(words[0]).flatMap(HashSlot.init),
                let colon = words[1].lastIndex(of: ":"),
                let port = Int(words[1][words[1].unicodeScalars.index(after: colon)...]),
                (1...65_535).contains(port)
            else { return nil }
            let address = RedisConfiguration.Address(host: String(words[1][..<colon]), port: port, besides: node)
            self = error.prefix == "MOVED" ? .moved(slot, to: address) : .ask(slot, address)
        default: return nil
        }
    }
}
