import Transport

extension RedisConfiguration {
    /// The names of what a user sets, for errors that say what mends them.
    public struct SettingNames: Sendable, Hashable {
        /// Of the URL.
        public var url = "the URL"
        /// Of the file of authorities.
        public var authorities = "the CA file"
        /// Of the file with the client's certificate chain.
        public var certificate = "the client's certificate"
        /// Of the file with the client's private key.
        public var privateKey = "the client's private key"

        /// Names in plain words.
        public init() {}
    }

    /// Why no connection was made, and what to change: one sentence for a user.
    func advice(on failure: ConnectFailure) -> String {
        let (url, place) = (names.url, place)
        if let origin, let words = Self.words(for: failure) { return "\(place) \(words); \(origin)" }
        let service = role == .informant ? "it" : "Redis"
        switch failure {
        case .unknownHost: return "the host name of \(place) cannot be resolved: correct it in \(url)"
        case .refused:
            return
                "nothing listens on \(place) (connection refused): start \(service), or correct host and port in \(url)"
        case .noSocket: return "there is no socket \(place): start Redis, or correct the path in \(url)"
        case .timedOut: return "\(place) does not answer: correct host and port in \(url)"
        case .closed where tls == nil:
            return "\(place) closes the connection before it answers: if it has too many clients, raise maxclients; if"
                + " it is for TLS, say \(scheme(withTLS: true)) in \(url)"
        case .closed:
            return "\(place) closes the connection during the TLS handshake: it may have too many clients, or want a"
                + " client's certificate (\(names.certificate), \(names.privateKey))"
        case .notTLS where tls == nil: return "\(place) is a port for TLS: say \(scheme(withTLS: true)) in \(url)"
        case .notTLS:
            return "\(place) does not speak TLS: say \(scheme(withTLS: false)) in \(url), or name the port for TLS"
        case .untrusted:
            return "no trusted authority vouches for the certificate of \(place), or it has expired: name the file of"
                + " the one that does in \(names.authorities)"
        case .wrongName:
            return "the certificate of \(place) is for another name: use one of its names in \(url)"
        case .certificateWanted:
            return "\(place) wants a client's certificate that it trusts: name its file in \(names.certificate), and"
                + " its key's in \(names.privateKey)"
        case .other(let words): return "\(place): \(words); look at \(url)"
        }
    }

    /// Who says that the server is there; `nil` where the user does.
    private var origin: String? {
        switch (role, discovery) {
        case (.discovered, .sentinels(let sentinels)):
            "the sentinels say that it is the primary of '\(sentinels.primary)'"
        case (.discovered, .cluster): "the cluster says that it is the primary of slot \(slot)"
        case (.node, _): "the cluster says that it is a primary"
        default: nil
        }
    }

    /// What is wrong with an address that the user did not write.
    private static func words(for failure: ConnectFailure) -> String? {
        switch failure {
        case .unknownHost: "has a host name that cannot be resolved"
        case .refused: "refuses the connection"
        case .timedOut: "does not answer"
        default: nil
        }
    }

    /// The error for one that does not say where the server is, or what it is.
    func refusal(ofDiscovery reply: RedisServerError) -> RedisError {
        let isUnknown = reply.prefix == "ERR" && reply.message.hasPrefix("unknown command")
        let url = names.url
        switch (role, discovery) {
        case (.informant, .sentinels) where isUnknown:
            return RedisError(.configuration, "\(address.text) is no sentinel: correct host and port in \(url)")
        case (.informant, .sentinels) where reply.prefix == "NOPERM":
            return RedisError(
                .configuration,
                "\(self): \(reply); the user at the sentinels must have the right +sentinel"
            )
        case (.informant, .cluster) where isUnknown || reply.message.contains("cluster support disabled"):
            return RedisError(
                .configuration,
                "\(address.text) is no node of a cluster: correct host and port in \(url), or say"
                    + " \(tls == nil ? "redis" : "rediss")://"
            )
        case (.informant, .cluster) where reply.prefix == "NOPERM":
            return RedisError(.configuration, "\(self): \(reply); the user must have the right +cluster|slots")
        case (.discovered, _) where reply.prefix == "NOPERM":
            return RedisError(.configuration, "\(self): \(reply); the user must have the right +role")
        default: return RedisError(.notSent, "\(self): \(reply)")
        }
    }

    /// The error for a server that is one of many, though the URL says that it is one.
    ///
    /// - Parameter moved: Its `MOVED slot host:port`.
    func clusterNode(without moved: RedisServerError) -> RedisError {
        let slot = moved.message.prefix { $0 != " " }
        var cluster = self
        cluster.discovery = .cluster(Discovery.Cluster(seeds: [address]))
        return RedisError(
            .configuration,
            "\(self) is a node of a cluster, and another one has the slot \(slot): say \(cluster.scheme()) in \(names.url)"
        )
    }

    /// The error for a server that refuses the greeting.
    func refusal(_ reply: RedisServerError) -> RedisError {
        let isSentinel = if role == .informant, case .sentinels = discovery { true } else { false }
        let advice =
            switch reply.prefix {
            case "WRONGPASS" where isSentinel: "; correct sentinel-user and sentinel-password in \(names.url)"
            case "NOAUTH" where isSentinel: "; add sentinel-password=PASSWORD to the query of \(names.url)"
            case "ERR" where isSentinel && reply.message.hasPrefix("AUTH "):
                "; leave sentinel-password out of \(names.url)"
            case "WRONGPASS": "; correct user and password in \(names.url)"
            case "NOAUTH": "; put user:password@ before the host in \(names.url)"
            case "ERR" where reply.message.hasPrefix("AUTH "): "; leave the password out of \(names.url)"
            default: ""
            }
        var words = reply.description
        while words.hasSuffix(".") || words.hasSuffix("?") { words.removeLast() }
        var error = RedisError(.notSent, "\(self) refuses the connection: \(words)\(advice)\(Self.hint(in: words))")
        error.isLoginRefusal = !advice.isEmpty
        return error
    }

    /// What to change where a server's words say that it takes no more clients.
    static func hint(in words: String) -> String {
        words.contains("max number of clients") ? "; raise maxclients in Redis, or end some of its clients" : ""
    }

    private var place: String {
        switch address {
        case .tcp(let host, let port): "\(host) port \(port)"
        case .unixSocket(let path): path
        }
    }
}

extension ConnectFailure {
    /// What happened to a connection that was in use.
    var words: String {
        switch self {
        case .closed: "the server closed it"
        case .timedOut: "the network gave up"
        case .notTLS: "the server answers in TLS, or does not where it should"
        case .other(let words): words
        case .unknownHost, .refused, .noSocket, .untrusted, .wrongName, .certificateWanted: "it was refused"
        }
    }
}
