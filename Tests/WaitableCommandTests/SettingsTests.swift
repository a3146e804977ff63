import ArgumentParser
import Logging
import RedisClient
import Testing
import Waitable
import WaitableWorker

@testable import WaitableCommand

@Suite("Settings", .timeLimit(.minutes(1)))
struct SettingsTests {
    private func settings(_ values: (Setting, String)...) throws -> Settings {
        try Settings(
            flags: try SettingFlags.parse([]),
            more: values.map { ($0.0, $0.1) },
            process: "test",
            environment: [:]
        )
    }

    /// What a value of a setting is refused with.
    private func refusal(_ setting: Setting, _ value: String) -> String? {
        do {
            _ = try settings((setting, value))
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test("Without any, everything has its default, and every default can be read")
    func defaults() throws {
        let settings = try settings()
        #expect(settings.port == 8080)
        #expect(settings.leaseMilliseconds == 30_000)
        #expect(settings.retention.ageMilliseconds == 7_776_000_000)
        #expect(
            settings.substitutions == [
                "DDBTable": "items", "AWS::Partition": "aws", "AWS::Region": "us-east-1",
                "AWS::AccountId": "000000000000",
            ]
        )
        #expect(!settings.redisIsRequired && !settings.defaultMachineIsRequired && !settings.hasCredentials)
        for setting in Setting.all {
            guard let value = setting.default else { continue }
            #expect(refusal(setting, value) == nil, "\(setting.key)")
        }
    }

    @Test(
        "An age is a whole number with a unit, or off",
        arguments: [
            ("45s", 45_000), ("30m", 1_800_000), ("12h", 43_200_000), ("90d", 7_776_000_000), ("0s", 0), ("off", nil),
            ("36500d", 3_153_600_000_000),
        ] as [(String, Int64?)]
    )
    func ages(text: String, milliseconds: Int64?) throws {
        #expect(try settings((.retentionAge, text)).retention.ageMilliseconds == milliseconds)
    }

    @Test(
        "A value outside its range or form is refused by name, rule and value",
        arguments: [
            (.port, "65536", "must be a whole number from 0 to 65535"),
            (.port, "-1", "must be a whole number from 0 to 65535"),
            (.leaseMs, "99", "must be a whole number from 100 to 3600000"),
            (.batch, "1e3", "must be a whole number from 1 to 1000"),
            (.batch, "٣", "must be a whole number from 1 to 1000"),
            (.namespace, "a:b", "must be 1 to 64 letters, digits, '.', '_' and '-'"),
            (.namespace, "é", "must be 1 to 64 letters, digits, '.', '_' and '-'"),
            (.account, "12345678901", "must be 12 digits"), (.account, "12345678901a", "must be 12 digits"),
            (.retentionAge, "90", "must be a whole number with s, m, h or d, at most 36500d, such as 90d, or off"),
            (.retentionAge, "36501d", "must be a whole number with s, m, h or d, at most 36500d, such as 90d, or off"),
            (.retentionAge, "-1d", "must be a whole number with s, m, h or d, at most 36500d, such as 90d, or off"),
            (.retentionItems, "yes", "must be true or false"), (.logFormat, "xml", "must be text or json"),
            (.substitutions, "=a", "must be Name=value pairs with commas between them"),
            (.insecure, "true", "must be left out, or be the words \(Listening.words)"),
            (.url, "ftp://a", "must be http://host:port or https://host:port"),
            (.tables, "orders", "must be name=partitionKey:TYPE,sortKey:TYPE;name=…"),
            (.httpHosts, "http://a", "must be host,*.host,host:port, without a scheme or a path"),
            (.integrations, "http://a", integrations), (.integrations, "arn:aws:states:::=ftp://a", integrations),
        ] as [(Setting, String, String)]
    )
    func refused(setting: Setting, value: String, rule: String) {
        #expect(refusal(setting, value) == "\(setting.name): \(rule): '\(value)'")
    }

    @Test("Tables have names and keys, each name once")
    func tables() throws {
        let tables = try settings((.tables, "orders=c:S,o:N;plain=k:B")).tables
        #expect(tables.map(\.name) == ["orders", "plain"])
        #expect(tables.map(\.schema.text) == ["c:S,o:N", "k:B"])
        #expect(refusal(.tables, "a=k:S;a=k:S") == "\(Setting.tables.name): must name each table once: 'a'")
        #expect(refusal(.tables, "a=k:X") == "\(Setting.tables.name): must have the types S, N or B: 'k:X'")
    }

    @Test("What may hold a password is not repeated")
    func secrets() {
        for (setting, value) in [
            (Setting.redisURL, "redis://u:a-secret@h:port"), (.url, "http://u:a-secret@host"),
            (.functions, "f=http://u:a-secret@host/"),
        ] {
            let text = refusal(setting, value)
            #expect(text?.hasPrefix(setting.name) == true && text?.contains("a-secret") == false, "\(text ?? "taken")")
        }
        #expect(refusal(.redisURL, "redis://h")?.isEmpty == nil)
    }

    private static let integrations =
        "must be prefix=url,prefix=url with http or https URLs of plain hosts, without a user and a fragment"

    private static let buckets =
        "must be name=place,name=place with places file:/folder, or URLs http://, https://, s3+http:// and s3+https:// of "
        + "plain hosts, without a user, a query and a fragment"

    @Test(
        "A bucket's place that is none is refused",
        arguments: [
            ("a", "\(buckets): 'a'"), ("a=file:rel", "\(buckets): 'a=file:rel'"),
            ("a=ftp://h", "\(buckets): 'a=ftp://h'"),
            ("a=s3+file:/x", "\(buckets): 'a=s3+file:/x'"), ("a=http://h?x=1", "\(buckets): 'a=http://h?x=1'"),
            ("a=https://u:p@h", buckets),
            ("a/b=http://h", "must have names of 1 to 255 letters, digits, '-', '.' and '_', or *: 'a/b'"),
            ("..=http://h", "must have names of 1 to 255 letters, digits, '-', '.' and '_', or *: '..'"),
            ("a=http://h,a=http://i", "must have each name once: 'a'"),
        ]
    )
    func bucketPlaces(value: String, problem: String) {
        #expect(refusal(.buckets, value) == "\(Setting.buckets.name): \(problem)")
    }

    @Test(
        "A prefix of an adapter that can never count is refused",
        arguments: [
            ("arn:aws:lambda:=http://a", "must have prefixes that begin with arn:aws:states:: 'arn:aws:lambda:'"),
            (
                "arn:aws:states:::sqs:=http://a",
                "must not have prefixes of what Waitable runs itself (docs/tasks.md): 'arn:aws:states:::sqs:'"
            ),
            (
                "arn:aws:states:::ecs:=http://a,arn:aws:states:::ecs:=http://b",
                "must have each prefix once: 'arn:aws:states:::ecs:'"
            ),
            ("arn:aws:states:::ecs:=http://u:p@a", integrations),
        ]
    )
    func prefixes(value: String, problem: String) {
        #expect(refusal(.integrations, value) == "\(Setting.integrations.name): \(problem)")
    }

    @Test("A password is taken from everywhere but the command line")
    func passwordFlag() throws {
        let flags = try SettingFlags.parse(["--redis-url", "redis://:a-secret@h"])
        let error = #expect(throws: SettingError.self) { try Settings(flags: flags, process: "test", environment: [:]) }
        #expect(error?.setting.key == "redis.url")
        #expect(try settings((.redisURL, "redis://:a-secret@h")).redis.password == "a-secret")
    }

    @Test("Values of substitutions may have an equals sign, and the last of a name counts")
    func substitutions() throws {
        #expect(try Settings.substitutions("A=b=c,B=,A=d") == ["A": "d", "B": ""])
    }

    @Test("Names, keys and flags of settings are unique, and the help has each")
    func list() {
        #expect(Set(Setting.all.map { Spelling($0.key) }).count == Setting.all.count)
        #expect(Set(Setting.all.map { Spelling($0.environment) }).count == Setting.all.count)
        let lines = Setting.help.split(separator: "\n")
        let words = Setting.help.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        for setting in Setting.all {
            #expect(lines.contains { $0 == "  \(setting.environment)" })
            if let value = setting.default { #expect(words.contains("(default \(value))")) }
        }
        #expect(lines.allSatisfy { $0.count <= 79 })
    }
}
