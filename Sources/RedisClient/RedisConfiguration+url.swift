extension RedisConfiguration {
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
        switch scheme {
        case "redis", "rediss":
            let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            self.init(address: try Self.address(parts[0]))
            if parts.count == 2, !parts[1].isEmpty { database = try Self.database(parts[1]) }
            if scheme == "rediss" { tls = TLS() }
        case "unix", "redis+unix":
            guard rest.hasPrefix("/") else { throw Self.invalid("must have an absolute path: unix:///path") }
            self.init(address: .unixSocket(path: try Self.percentDecoded(rest)))
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
