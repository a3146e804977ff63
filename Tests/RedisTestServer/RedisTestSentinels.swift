import Foundation

/// A primary, a replica of it, and three sentinels that watch them.
public final class RedisTestSentinels: Sendable {
    /// The first primary, and its replica.
    public let servers: [RedisTestServer]
    /// The sentinels; two of them make a failover.
    public let sentinels: [RedisTestServer]
    /// What the sentinels call the primary.
    public static let name = "waitable-primary"

    /// `redis-sentinel://127.0.0.1:PORT,…/NAME`
    public var url: String {
        "redis-sentinel://\(sentinels.map { "127.0.0.1:\($0.port)" }.joined(separator: ","))/\(Self.name)"
    }

    /// Starts them all, and waits until the sentinels know each other and the replica.
    ///
    /// - Parameters:
    ///   - options: More of redis-server's arguments, for primary and replica.
    ///   - lines: More of the sentinels' configuration.
    ///   - downAfter: For how long a primary may be silent (ms).
    public init(options: [String] = [], lines: [String] = [], downAfter: Int = 500) throws {
        let options = ["--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"] + options
        let primary = try RedisTestServer(options: options)
        let replica = try RedisTestServer(options: options + ["--replicaof", "127.0.0.1", "\(primary.port)"])
        servers = [primary, replica]
        try replica.ask("INFO replication", until: "master_link_status:up")
        sentinels = try (0..<3).map { _ in
            try RedisTestServer(
                sentinel: [
                    "sentinel monitor \(Self.name) 127.0.0.1 \(primary.port) 2",
                    "sentinel down-after-milliseconds \(Self.name) \(downAfter)",
                    "sentinel failover-timeout \(Self.name) 3000",
                ] + lines
            )
        }
        guard lines.isEmpty else { return }
        for sentinel in sentinels {
            try sentinel.ask("SENTINEL CKQUORUM \(Self.name)", until: "+OK 3 usable")
            try sentinel.ask("SENTINEL REPLICAS \(Self.name)", until: "\(replica.port)")
        }
    }

    /// Ends them all.
    public func kill() { for server in sentinels + servers { server.kill() } }

    /// The server that a sentinel takes for the primary.
    public func primary() throws -> RedisTestServer {
        let answer = sentinels[0].ask("SENTINEL GET-MASTER-ADDR-BY-NAME \(Self.name)")
        guard let server = servers.first(where: { answer.contains("\r\n\($0.port)\r\n") }) else {
            throw RedisTestServerError(reason: "the sentinel names no primary: '\(answer)'")
        }
        return server
    }
}
