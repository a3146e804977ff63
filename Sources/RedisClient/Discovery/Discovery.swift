/// Who knows where the server is, if its address is not fixed.
public enum Discovery: Sendable, Hashable {
    /// Sentinels know the primary of a name.
    case sentinels(Sentinels)
    /// Nodes of a Redis Cluster know the primary of a slot.
    case cluster(Cluster)

    /// Sentinels that watch a primary and its replicas.
    public struct Sentinels: Sendable, Hashable {
        /// The sentinels.
        public var addresses: [RedisConfiguration.Address]
        /// What they call the primary.
        public var primary: String
        /// The ACL user at the sentinels; `nil` for the default one.
        public var user: String?
        /// The password at the sentinels. Never part of an error or a log.
        public var password: String?

        /// Sentinels without a password.
        public init(_ addresses: [RedisConfiguration.Address], primary: String) {
            self.addresses = addresses
            self.primary = primary
        }
    }

    /// Nodes of a cluster.
    public struct Cluster: Sendable, Hashable {
        /// Nodes to ask first; the others are learned from them.
        public var seeds: [RedisConfiguration.Address]

        /// A cluster with these nodes.
        public init(seeds: [RedisConfiguration.Address]) { self.seeds = seeds }
    }

    /// Those to ask first.
    var addresses: [RedisConfiguration.Address] {
        switch self {
        case .sentinels(let sentinels): sentinels.addresses
        case .cluster(let cluster): cluster.seeds
        }
    }
}
