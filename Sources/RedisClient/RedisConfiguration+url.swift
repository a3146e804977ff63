extension RedisConfiguration {
    /// Reads a URL: `redis://user:password@host:port/db`, `rediss://…` for TLS, `unix:///path?db=1` for a socket,
    /// `redis-sentinel://user:password@host:port,host:port/NAME?db=1` for the primary that sentinels call by a name,
    /// `redis-cluster://user:password@host:port,host:port` for a cluster with these nodes among others; `rediss-sentinel://`
    /// and `rediss-cluster://` for TLS. What the sentinels want of a login is in the query: `sentinel-user=…`,
    /// `sentinel-password=…`.
    ///
    /// - Throws: ``RedisError`` (`configuration`) with the broken rule. The URL is not repeated: it may hold a password.
    public init(url: String) throws(RedisError) {
        guard let colon = url.firstRange(of: "://") else { throw Self.unknownScheme }
        let scheme = url[..<colon.lowerBound]
        var rest = url[colon.upperBound...]
        var query: [Substring] = []
        if let mark = rest.firstIndex(of: "?") {
            query = rest[rest.unicodeScalars.index(after: mark)...].split(separator: "&")
            rest = rest[..<mark]
        }
        var credentials: Substring?
        // A path may hold an @ of its own; a password that was not escaped may hold a slash.
        let isPath = scheme == "unix" || scheme == "redis+unix"
        let authority = isPath ? rest.prefix { $0 != "/" } : rest
        if let at = authority.lastIndex(of: "@") {
            credentials = rest[..<at]
            rest = rest[rest.unicodeScalars.index(after: at)...]
        }
        let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.count == 2 ? parts[1] : ""
        switch scheme {
        case "redis", "rediss":
            if parts[0].contains(",") {
                throw Self.invalid(
                    "names more than one server: say \(scheme)-sentinel:// where they are sentinels, \(scheme)-cluster://"
                        + " where they are nodes of a cluster"
                )
            }
            self.init(address: try Self.address(parts[0]))
            if !path.isEmpty { database = try Self.database(path) }
        case "redis-sentinel", "rediss-sentinel":
            let name = try Self.percentDecoded(path)
            guard !name.isEmpty, !name.contains("/") else {
                throw Self.invalid("must name the primary: \(scheme)://host:port,host:port/NAME")
            }
            let addresses = try Self.addresses(parts[0], port: 26_379)
            self.init(address: addresses[0])
            discovery = .sentinels(Discovery.Sentinels(addresses, primary: name))
        case "redis-cluster", "rediss-cluster":
            let seeds = try Self.addresses(parts[0], port: 6_379)
            self.init(address: seeds[0])
            discovery = .cluster(Discovery.Cluster(seeds: seeds))
            if !path.isEmpty { database = try Self.database(path) }
        case "unix", "redis+unix":
            guard rest.hasPrefix("/") else { throw Self.invalid("must have an absolute path: unix:///path") }
            self.init(address: .unixSocket(path: try Self.percentDecoded(rest)))
        default: throw Self.unknownScheme
        }
        if scheme.hasPrefix("rediss") { tls = TLS() }
        for pair in query { try set(pair) }
        if case .sentinels(let sentinels) = discovery, sentinels.user != nil, sentinels.password == nil {
            throw Self.invalid("must have sentinel-password with sentinel-user")
        }
        if case .cluster = discovery, database != 0 {
            throw Self.invalid("names the database \(database), but a cluster has only the database 0")
        }
        if let credentials { try setCredentials(credentials) }
    }

    private static let unknownScheme = invalid(
        "must begin with redis://, redis-sentinel:// or redis-cluster:// (rediss for TLS), or with unix://"
    )

    private mutating func set(_ pair: Substring) throws(RedisError) {
        if pair.hasPrefix("db=") {
            database = try Self.database(pair.dropFirst(3))
            return
        }
        guard case .sentinels(var sentinels) = discovery else {
            throw Self.invalid("has an unknown query: only db=NUMBER is known")
        }
        let value = try Self.percentDecoded(
            pair[pair.unicodeScalars.index(after: pair.firstIndex(of: "=") ?? pair.startIndex)...]
        )
        if pair.hasPrefix("sentinel-user=") {
            sentinels.user = value
        } else if pair.hasPrefix("sentinel-password=") {
            sentinels.password = value
        } else {
            throw Self.invalid(
                "has an unknown query: only db=NUMBER, sentinel-user=USER and sentinel-password=PASSWORD are known"
            )
        }
        discovery = .sentinels(sentinels)
    }

    private static func addresses(_ text: Substring, port: Int) throws(RedisError) -> [Address] {
        var addresses: [Address] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard !part.isEmpty else { throw invalid("must have host:port between commas") }
            addresses.append(try address(part, port: port))
        }
        return addresses
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

    private static func address(_ text: Substring, port usual: Int = 6_379) throws(RedisError) -> Address {
        var host = text
        var port = usual
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw invalid("has an open bracket in the host") }
            host = text[text.unicodeScalars.index(after: text.startIndex)..<end]
            let rest = text[text.unicodeScalars.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw invalid("has more than a port after the address") }
            if !rest.isEmpty { port = try Self.port(rest.dropFirst()) }
        } else if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            port = try Self.port(text[text.unicodeScalars.index(after: colon)...])
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
            guard let high = iterator.next().flatMap(Hex.value), let low = iterator.next().flatMap(Hex.value) else {
                throw invalid("has a broken percent escape")
            }
            bytes.append(high << 4 | low)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func invalid(_ rule: String) -> RedisError { RedisError(.configuration, "the URL \(rule)") }
}
