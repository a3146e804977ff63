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

        /// TLS with the system's authorities and no client certificate.
        public init() {}
    }

    /// The server.
    public var address: Address
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
    /// The first and the longest pause between two tries to connect; the real ones are jittered.
    public var backoff: ClosedRange<Duration> = .milliseconds(50) ... .seconds(2)

    /// A plain connection to an address.
    public init(address: Address) { self.address = address }

    /// Reads a URL: `redis://user:password@host:port/db`, `rediss://…` for TLS, `unix:///path?db=1` for a socket.
    ///
    /// - Throws: ``RedisError`` (`configuration`) with the broken rule. The URL is not repeated: it may hold a password.
    public init(url: String) throws(RedisError) {
        guard let colon = url.firstRange(of: "://") else {
            throw Self.invalid("must begin with redis://, rediss:// or unix://")
        }
        let scheme = url[..<colon.lowerBound]
        var rest = url[colon.upperBound...]
        var query: [Substring] = []
        if let mark = rest.firstIndex(of: "?") {
            query = rest[rest.index(after: mark)...].split(separator: "&")
            rest = rest[..<mark]
        }
        var credentials: Substring?
        if let at = rest.lastIndex(of: "@") {
            credentials = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        switch scheme {
        case "redis", "rediss":
            let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            self.init(address: try Self.address(parts[0]))
            if parts.count == 2, !parts[1].isEmpty { database = try Self.database(parts[1]) }
            if scheme == "rediss" { tls = TLS() }
        case "unix", "redis+unix":
            guard rest.hasPrefix("/") else { throw Self.invalid("must have an absolute path: unix:///path") }
            self.init(address: .unixSocket(path: String(rest)))
        default:
            throw Self.invalid("must begin with redis://, rediss:// or unix://")
        }
        for pair in query {
            guard pair.hasPrefix("db=") else { throw Self.invalid("has an unknown query: only db=NUMBER is known") }
            database = try Self.database(pair.dropFirst(3))
        }
        if let credentials { try setCredentials(credentials) }
    }

    private mutating func setCredentials(_ text: Substring) throws(RedisError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let user = try Self.percentDecoded(parts[0])
        self.user = user.isEmpty ? nil : user
        if parts.count == 2 {
            password = try Self.percentDecoded(parts[1])
        } else {
            throw Self.invalid("must have user:password before the @")
        }
    }

    private static func address(_ text: Substring) throws(RedisError) -> Address {
        var host = text
        var port = 6_379
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw invalid("has an open bracket in the host") }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            if !rest.isEmpty { port = try Self.port(rest.dropFirst()) }
        } else if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            port = try Self.port(text[text.index(after: colon)...])
        }
        return .tcp(host: host.isEmpty ? "127.0.0.1" : String(host), port: port)
    }

    private static func port(_ text: Substring) throws(RedisError) -> Int {
        guard let port = Int(text), (1...65_535).contains(port) else {
            throw invalid("must have a port from 1 to 65535")
        }
        return port
    }

    private static func database(_ text: Substring) throws(RedisError) -> Int {
        guard let database = Int(text), (0...1_000_000).contains(database) else {
            throw invalid("must have a database number of 0 or more")
        }
        return database
    }

    private static func percentDecoded(_ text: Substring) throws(RedisError) -> String {
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next(), let low = iterator.next(),
                let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            else { throw invalid("has a broken percent escape in user or password") }
            bytes.append(value)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func invalid(_ rule: String) -> RedisError { RedisError(.configuration, "the URL \(rule)") }
}

extension RedisConfiguration: CustomStringConvertible {
    /// The address and user, without the password.
    public var description: String {
        let place =
            switch address {
            case .tcp(let host, let port): "\(host):\(port)"
            case .unixSocket(let path): path
            }
        return "\(tls == nil ? "redis" : "rediss")://\(user.map { "\($0)@" } ?? "")\(place)/\(database)"
    }
}
