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
        switch failure {
        case .unknownHost: return "the host name of \(place) cannot be resolved: correct it in \(url)"
        case .refused:
            return "nothing listens on \(place) (connection refused): start Redis, or correct host and port in \(url)"
        case .noSocket: return "there is no socket \(place): start Redis, or correct the path in \(url)"
        case .timedOut: return "\(place) does not answer: correct host and port in \(url)"
        case .closed where tls == nil:
            return "\(place) closes the connection before it answers: if it has too many clients, raise maxclients; if"
                + " it is for TLS, say rediss:// in \(url)"
        case .closed:
            return "\(place) closes the connection during the TLS handshake: it may have too many clients, or want a"
                + " client's certificate (\(names.certificate), \(names.privateKey))"
        case .notTLS where tls == nil: return "\(place) is a port for TLS: say rediss:// in \(url)"
        case .notTLS: return "\(place) does not speak TLS: say redis:// in \(url), or name the port for TLS"
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

    /// The error for a server that refuses the greeting.
    func refusal(_ reply: RedisServerError) -> RedisError {
        let advice =
            switch reply.prefix {
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
