import RedisClient
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RedisConfigurationTests {
    @Test(arguments: [
        ("redis://127.0.0.1", "127.0.0.1", 6_379), ("redis://example.org:7000", "example.org", 7_000),
        ("redis://[::1]:7000", "::1", 7_000), ("redis://[::1]", "::1", 6_379), ("redis://", "127.0.0.1", 6_379),
        ("rediss://example.org:7000", "example.org", 7_000),
    ])
    func readsTheAddress(url: String, host: String, port: Int) throws {
        let configuration = try RedisConfiguration(url: url)
        #expect(configuration.address == .tcp(host: host, port: port))
        #expect((configuration.tls != nil) == url.hasPrefix("rediss:"))
        #expect(configuration.user == nil)
        #expect(configuration.password == nil)
    }

    @Test(arguments: ["unix", "redis+unix"])
    func readsAPath(scheme: String) throws {
        let configuration = try RedisConfiguration(url: "\(scheme)://ann:secret@/run/a@b/redis%20.sock?db=3")
        #expect(configuration.address == .unixSocket(path: "/run/a@b/redis .sock"))
        #expect(configuration.database == 3)
        #expect(configuration.user == "ann")
        #expect(configuration.password == "secret")
    }

    @Test func anAtSignInAPathIsNoPassword() throws {
        let configuration = try RedisConfiguration(url: "unix:///run/a@b.sock")
        #expect(configuration.address == .unixSocket(path: "/run/a@b.sock"))
        #expect(configuration.password == nil)
    }

    @Test(arguments: [
        ("redis://:secret@host", nil, "secret"), ("redis://ann:secret@host", "ann", "secret"),
        ("redis://a%40n:s%3Ae%2Fc%25@host/2", "a@n", "s:e/c%"), ("redis://ann:se:c@ret@host", "ann", "se:c@ret"),
    ])
    func readsCredentials(url: String, user: String?, password: String) throws {
        let configuration = try RedisConfiguration(url: url)
        #expect(configuration.user == user)
        #expect(configuration.password == password)
        #expect(configuration.address == .tcp(host: "host", port: 6_379))
    }

    @Test(arguments: [("redis://host/5", 5), ("redis://host/", 0), ("redis://host?db=7", 7)])
    func readsTheDatabase(url: String, database: Int) throws {
        #expect(try RedisConfiguration(url: url).database == database)
    }

    @Test(arguments: [
        ("host:6379", "must begin with"), ("http://secret@host", "must begin with"),
        ("redis://secret@host", "user:password"),
        ("redis://a:secret@host:0", "port"), ("redis://a:secret@host:65536", "port"),
        ("redis://a:secret@host:x", "port"),
        ("redis://a:secret@host/x", "database"), ("redis://a:secret@host/-1", "database"),
        ("redis://a:secret%4@host", "percent"), ("redis://a:secret%+f@host", "percent"),
        ("redis://a:secret@host?color=red", "query"), ("unix://secret", "absolute path"), ("redis://[::1", "bracket"),
        ("redis://[::1]x6379", "port"),
        ("redis://a:secret@one:1,two:2", "names more than one server"),
        ("rediss://a:secret@one:1,two:2", "rediss-cluster://"),
        ("redis-sentinel://a:secret@one:1,two:2", "must name the primary"),
        ("redis-sentinel://a:secret@one:1,two:2/", "must name the primary"),
        ("redis-sentinel://a:secret@one:1,two:2/x/1", "must name the primary"),
        ("redis-sentinel://a:secret@one:1,,two:2/x", "between commas"),
        ("redis-sentinel://a:secret@/x", "between commas"),
        ("redis-sentinel://a:secret@one/x?color=red", "sentinel-password"),
        ("redis-sentinel://a:secret@one/x?sentinel-user=secret", "must have sentinel-password"),
        ("redis-sentinel://a:secret@one/x?sentinel-password=secret%4", "percent"),
        ("redis-cluster://a:secret@one:1,two:2/1", "only the database 0"),
        ("redis-cluster://a:secret@one:1,two:2?db=3", "only the database 0"),
        ("redis-cluster://a:secret@one:1,two:2/name", "database number"),
        ("redis-cluster://a:secret@one:1?sentinel-password=secret", "query"),
        ("redis-cluster://a:secret@one:1,two:x", "port"),
    ])
    func refusesWithTheRuleAndWithoutTheSecret(url: String, rule: String) {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error?.code == .configuration)
        #expect(error?.description.contains(rule) == true)
        #expect(error?.description.contains("secret") == false)
    }

    @Test func readsSentinels() throws {
        let url = "redis-sentinel://ann:secret@one,[::1]:7000/a%2Db?db=2&sentinel-user=sam&sentinel-password=se%26cret"
        let configuration = try RedisConfiguration(url: url)
        var sentinels = Discovery.Sentinels(
            [.tcp(host: "one", port: 26_379), .tcp(host: "::1", port: 7_000)],
            primary: "a-b"
        )
        sentinels.user = "sam"
        sentinels.password = "se&cret"
        #expect(configuration.discovery == .sentinels(sentinels))
        #expect(configuration.user == "ann")
        #expect(configuration.database == 2)
        #expect(configuration.tls == nil)
        #expect("\(configuration)" == "redis-sentinel://ann@one:26379,[::1]:7000/a-b?db=2")
    }

    @Test(arguments: ["redis-cluster://ann:secret@one,two:7000", "redis-cluster://ann:secret@one,two:7000/0"])
    func readsAClustersNodes(url: String) throws {
        let configuration = try RedisConfiguration(url: url)
        let seeds: [RedisConfiguration.Address] = [.tcp(host: "one", port: 6_379), .tcp(host: "two", port: 7_000)]
        #expect(configuration.discovery == .cluster(Discovery.Cluster(seeds: seeds)))
        #expect(configuration.password == "secret")
        #expect("\(configuration)" == "redis-cluster://ann@one:6379,two:7000")
    }

    @Test(arguments: ["rediss-sentinel://one/x", "rediss-cluster://one"])
    func readsTLS(url: String) throws { #expect(try RedisConfiguration(url: url).tls != nil) }

    @Test func neverShowsThePassword() throws {
        let configuration = try RedisConfiguration(url: "rediss://ann:secret@host:7000/2")
        #expect("\(configuration)" == "rediss://ann@host:7000/2")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("secret"))
        #expect(!String(reflecting: configuration).contains("secret"))
        #expect(!"\(Optional(configuration) as Any)".contains("secret"))
    }
}
