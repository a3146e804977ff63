/// Where a Redis is, and how to talk to it.
public struct RedisConfiguration: Sendable {
    /// A place to connect to.
    public enum Address: Sendable, Hashable {
        case tcp(host: String, port: Int)
        case unixSocket(path: String)
    }

    /// TLS, with certificates as PEM files.
    public struct TLS: Sendable, Hashable {
        /// Authorities to check the server's certificate against; `nil` for those of the system.
        public var caFile: String?
        /// The client's certificate chain.
        public var certificateFile: String?
        /// The client's private key.
        public var privateKeyFile: String?
        /// The name that the server's certificate must have; `nil` for the host.
        public var serverName: String?
        /// What is checked of the server's certificate.
        public var verification = Verification.full

        /// What is checked of a server's certificate.
        public enum Verification: Sendable, Hashable {
            /// That an authority vouches for it, and that it has the server's name.
            case full
            /// That an authority vouches for it.
            case authority
            /// Nothing: whoever answers is believed.
            case none
        }

        /// TLS with the system's authorities and no client certificate.
        public init() {}
    }

    /// The server; with a ``discovery``, the first one to ask.
    public var address: Address
    /// Who knows where the server is; `nil` where it is at the ``address``.
    public var discovery: Discovery?
    /// A key whose slot all commands of a ``RedisClient`` belong to. In a cluster it talks to the primary of that slot; without
    /// ``discovery``, it refuses a node of a cluster that has not the slot.
    public var key: String?
    /// Keys of other slots that commands belong to as well: without ``discovery``, a node of a cluster that has not all of their
    /// slots is refused too.
    public var otherKeys: [String] = []
    /// The ACL user; `nil` for the default one.
    public var user: String?
    /// The password. Never part of an error or a log.
    public var password: String?
    /// The number of the database.
    public var database = 0
    /// TLS; `nil` for plain connections.
    public var tls: TLS?
    /// The connection's name in `CLIENT LIST`.
    public var clientName: String?
    /// How long a connection may take to be made, handshake included.
    public var connectTimeout: Duration = .seconds(5)
    /// How long a command may take, from the call to its reply.
    public var commandTimeout: Duration = .seconds(10)
    /// The most commands without a reply; a caller waits for room beyond it.
    public var maximumPendingCommands = 4_096
    /// The most bytes of commands without a reply; a caller waits for room beyond it.
    public var maximumPendingBytes = 64 << 20
    /// How often a connection sends a `PING` of its own: it finds out that the server has vanished, and that its replies
    /// belong to other commands than those they are taken for.
    public var pingInterval: Duration = .seconds(10)
    /// The first and the longest pause between two tries to connect; the real ones are jittered. A server that refuses
    /// commands for want of replicas (`NOREPLICAS`) is left for the one that may have taken its place, but no more often than
    /// the longest pause.
    public var backoff: ClosedRange<Duration> = .milliseconds(50) ... .seconds(2)
    /// Whether the client ends where the server refuses its credentials before the first connection.
    public var endsOnLoginRefusal = false
    /// What errors call the settings.
    public var names = SettingNames()

    /// Whether it holds a password, of the server or of the sentinels.
    public var hasPassword: Bool {
        if case .sentinels(let sentinels) = discovery, sentinels.password != nil { true } else { password != nil }
    }

    /// Whether the server is a cluster.
    public var isCluster: Bool { if case .cluster = discovery { true } else { false } }

    /// What the configuration stands for.
    enum Role: Sendable, Hashable {
        /// What the user configured.
        case client
        /// One that is asked where the server is.
        case informant
        /// The server that was found.
        case discovered
        /// One of a cluster's primaries, all of which are in use.
        case node
    }

    var role = Role.client

    var slot: HashSlot { HashSlot(of: key ?? "") }

    /// Whether a connection is to be left where its server has no longer the slot that it was found for.
    var followsSlot: Bool {
        if role == .discovered, case .cluster = discovery { true } else { false }
    }

    /// A plain connection to an address.
    public init(address: Address) { self.address = address }
}

extension RedisConfiguration: CustomStringConvertible, CustomReflectable {
    /// The description alone, so that a dump does not show the password either.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }

    /// The address and user, without the password.
    public var description: String {
        let login = user.map { "\($0)@" } ?? ""
        if let discovery, role == .client {
            let addresses = discovery.addresses.map(\.text).joined(separator: ",")
            switch discovery {
            case .sentinels(let sentinels):
                return "\(scheme())\(login)\(addresses)/\(sentinels.primary)?db=\(database)"
            case .cluster: return "\(scheme())\(login)\(addresses)"
            }
        }
        if role == .informant, case .sentinels = discovery { return "the sentinel \(address.text)" }
        return switch address {
        case .tcp(let host, let port): "\(tls == nil ? "redis" : "rediss")://\(login)\(host):\(port)/\(database)"
        case .unixSocket(let path): "unix://\(login)\(path)?db=\(database)"
        }
    }

    /// How the URL begins, or would with or without TLS.
    func scheme(withTLS: Bool? = nil) -> String {
        let kind =
            switch discovery {
            case .sentinels: "-sentinel"
            case .cluster: "-cluster"
            case nil: ""
            }
        return "redis\(withTLS ?? (tls != nil) ? "s" : "")\(kind)://"
    }
}
