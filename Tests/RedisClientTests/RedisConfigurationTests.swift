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
    ])
    func refusesWithTheRuleAndWithoutTheSecret(url: String, rule: String) {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error?.code == .configuration)
        #expect(error?.description.contains(rule) == true)
        #expect(error?.description.contains("secret") == false)
    }

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
