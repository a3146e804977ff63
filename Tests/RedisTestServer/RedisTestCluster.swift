import Foundation

/// A Redis Cluster of three primaries and, for each, a replica.
public final class RedisTestCluster: Sendable {
    /// The nodes: three primaries, each with a third of the slots, and then the replica of each, and spares.
    public let nodes: [RedisTestServer]
    /// The first three.
    public var primaries: ArraySlice<RedisTestServer> { nodes[..<3] }
    /// The slots of the first three.
    public static let ranges = [0...5_460, 5_461...10_922, 10_923...16_383]

    /// `redis-cluster://127.0.0.1:PORT,…`, with all nodes.
    public var url: String {
        "redis-cluster://\(nodes.map { "127.0.0.1:\($0.port)" }.joined(separator: ","))"
    }

    /// Starts them all, and waits until every node knows all others.
    ///
    /// - Parameters:
    ///   - options: More of redis-server's arguments.
    ///   - hasReplicas: Whether each primary has a replica.
    ///   - spares: How many more nodes there are, without slots.
    ///   - timeout: For how long a node may be silent (ms).
    public init(options: [String] = [], hasReplicas: Bool = true, spares: Int = 0, timeout: Int = 1_000) throws {
        let replicas = hasReplicas ? 3 : 0
        // One after the other: the next node's ports must not be those that this one is about to take.
        let started = try (0..<3 + replicas + spares).map { _ in
            let bus = try RedisTestServer.freePort()
            let node = try RedisTestServer(
                options: [
                    "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-port", "\(bus)",
                    "--cluster-node-timeout", "\(timeout)", "--cluster-allow-replica-migration", "no",
                    "--cluster-replica-validity-factor", "0",
                    "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1",
                ] + options
            )
            return (node: node, bus: bus)
        }
        nodes = started.map(\.node)
        let buses = started.map(\.bus)
        for (epoch, node) in nodes.enumerated() { try node.ask("CLUSTER SET-CONFIG-EPOCH \(epoch + 1)", until: "+OK") }
        for (node, range) in zip(nodes, Self.ranges) {
            try node.ask("CLUSTER ADDSLOTSRANGE \(range.lowerBound) \(range.upperBound)", until: "+OK")
        }
        for (node, bus) in zip(nodes.dropFirst(), buses.dropFirst()) {
            try nodes[0].ask("CLUSTER MEET 127.0.0.1 \(node.port) \(bus)", until: "+OK")
        }
        for node in nodes { try node.ask("CLUSTER INFO", until: "cluster_known_nodes:\(nodes.count)\r\n") }
        for (primary, replica) in zip(nodes, nodes.dropFirst(3).prefix(replicas)) {
            // The replica has to have heard of the primary.
            try replica.ask("CLUSTER REPLICATE \(Self.id(of: primary))", until: "+OK")
        }
        for node in nodes { try node.ask("CLUSTER INFO", until: "cluster_state:ok") }
        for replica in nodes.dropFirst(3).prefix(replicas) {
            try replica.ask("INFO replication", until: "master_link_status:up")
        }
        for (primary, replica) in zip(nodes, nodes.dropFirst(3).prefix(replicas)) {
            for node in nodes { try node.ask("CLUSTER SLOTS", until: ":\(replica.port)\r\n") }
            for node in nodes { try node.ask("CLUSTER SLOTS", until: ":\(primary.port)\r\n") }
        }
    }

    /// Ends them all.
    public func kill() { for node in nodes { node.kill() } }

    /// A node's id.
    public static func id(of node: RedisTestServer) -> String {
        String(node.ask("CLUSTER MYID").split(separator: "\r\n").last ?? "")
    }

    /// Takes a slot from the node that has it, so that the cluster is down, and waits until all nodes say so.
    public func removeSlot(_ slot: Int, from owner: RedisTestServer) throws {
        try owner.ask("CLUSTER DELSLOTS \(slot)", until: "+OK")
        // What the owner has sent before may reach a node after it gave up the slot, and give the slot back.
        for node in nodes { try node.ask("CLUSTER DELSLOTS \(slot)", "CLUSTER INFO", until: "cluster_state:fail") }
    }

    // MARK: Moving a slot

    /// Begins to move a slot: keys that the first node has not are at the second.
    public func beginMove(of slot: Int, from: RedisTestServer, to: RedisTestServer) throws {
        try to.ask("CLUSTER SETSLOT \(slot) IMPORTING \(Self.id(of: from))", until: "+OK")
        try from.ask("CLUSTER SETSLOT \(slot) MIGRATING \(Self.id(of: to))", until: "+OK")
    }

    /// Moves a key of a slot that moves.
    public func move(_ key: String, from: RedisTestServer, to: RedisTestServer) throws {
        try from.ask("MIGRATE 127.0.0.1 \(to.port) \(key) 0 5000", until: "+OK")
    }

    /// Gives a slot that moves to the second node. One that it did not import would be its own by no new epoch, and what the first
    /// node has sent before would take it back.
    public func endMove(of slot: Int, from: RedisTestServer, to: RedisTestServer) throws {
        for node in [to, from] { try node.ask("CLUSTER SETSLOT \(slot) NODE \(Self.id(of: to))", until: "+OK") }
    }

    /// Moves the rest of the keys of a slot that moves, whatever their names.
    public func moveKeys(of slot: Int, from: RedisTestServer, to: RedisTestServer) throws {
        while true {
            // *N, and $LENGTH and the name of each.
            let lines = from.ask("CLUSTER GETKEYSINSLOT \(slot) 10").components(separatedBy: "\r\n")
            let keys = stride(from: 2, to: lines.count, by: 2).map { lines[$0] }
            guard lines[0] != "*0" else { return }
            for key in keys { try move(key, from: from, to: to) }
        }
    }
}
