import Configuration
import Foundation
import Logging
import RedisClient
import SystemPackage
import Transport
import Waitable
import WaitableHTTP
import WaitableRedis
import WaitableWorker

/// The settings of a process, read once and checked. Nothing else reads flags, the environment or a file.
struct Settings: Sendable {
    private(set) var redis: RedisConfiguration
    /// Whether a Redis was named, and is not the one of the default URL.
    let redisIsRequired: Bool
    /// The keys of partition 0, for as long as nobody knows how many there are.
    let keys: Keys
    /// How many partitions the namespace has; `nil` for what Redis says.
    var partitions: Int?
    let host: String
    let port: Int
    /// The most connections at once; `nil` for as many as fit.
    let connectionLimit: Int?
    let tokensFile: String?
    let accessKeysFile: String?
    /// Whether everybody who can connect may do everything, said in words.
    let isInsecure: Bool
    /// Names under which callers without credentials may come.
    let allowedHosts: [URLHost]
    let tlsCertificate: String?
    let tlsKey: String?
    let leaseMilliseconds: Int
    let pollMilliseconds: Int
    let batch: Int
    let poisonLimit: Int
    let calls: CallConfiguration
    /// Whom the change feed is sent to; `nil` for nobody.
    let webhook: WebhookConfiguration?
    /// The most calls at once; `nil` where the files decide.
    let callLimit: Int?
    let batchLimits: BatchLimits
    /// Whether ingest shows browsers its page.
    let hasPage: Bool
    /// How safe starts have to be that do not say it.
    let durability: Durability
    let workerName: String?
    let metricsHost: String
    /// Where a worker listens; `nil` for nowhere.
    let metricsPort: Int?
    let stateMachines: String
    /// Whether the folder of definitions was asked for, so that its absence is an error.
    let stateMachinesAreRequired: Bool
    let defaultMachine: String
    /// Whether the default machine was asked for by its name.
    let defaultMachineIsRequired: Bool
    let substitutions: [Spelling: String]
    let itemTable: String
    /// The tables that ingest declares.
    let tables: [(name: String, schema: TableSchema)]
    let arn: ARN
    let readiness: ReadinessPolicy
    let retention: RetentionConfiguration
    /// The ingest that commands talk to, without a path; `nil` for Redis directly.
    let url: String?
    let urlCA: String?
    /// The bearer token for that ingest.
    let token: String?
    let logLevel: Logger.Level
    let logFormat: LogFormat
    private let source: SettingSource

    /// Whether callers have to authenticate.
    var hasCredentials: Bool { tokensFile != nil || accessKeysFile != nil }

    /// Reads the settings.
    ///
    /// - Throws: ``SettingError`` naming setting, rule and value.
    init(
        flags: SettingFlags,
        more: [(Setting, String?)] = [],
        process: String,
        environment: [String: String] = ProcessInfo.processInfo.environment  // own words
    ) throws {
        let source = try SettingSource(flags: flags.values + more, file: flags.config, environment: environment)
        do {
            try self.init(source, process: process, isURLFlag: flags.redisURL != nil)
        } catch let error as SettingError {
            throw error.located(in: source.file(of: error.setting))
        }
    }

    private init(_ source: SettingSource, process: String, isURLFlag: Bool) throws {
        self.source = source
        redis = try Self.redis(source, process: process)
        redisIsRequired = try source.optional(.redisURL) != nil
        guard !redis.hasPassword || !isURLFlag else {
            throw SettingError(
                .redisURL,
                "must not have a password on the command line, where the process list shows it:"
                    + " use the environment or a configuration file",
                nil
            )
        }
        let namespace = try source.text(.namespace)
        guard (1...64).contains(namespace.utf8.count),
            namespace.utf8.allSatisfy({ $0 < 0x80 }),
            namespace.allSatisfy({ $0.isLetter || $0.isNumber || "._-".contains($0) })
        else {
            throw SettingError(.namespace, "must be 1 to 64 letters, digits, '.', '_' and '-'", namespace)
        }
        keys = Keys(namespace: namespace)
        redis.key = keys.prefix
        partitions = try source.optionalInteger(.partitions, Partitioning.counts)
        host = try source.text(.host)
        port = try source.integer(.port, 0...65_535)
        connectionLimit = try source.optionalInteger(.connectionLimit, 1...1_000_000)
        tokensFile = try source.optional(.tokensFile)
        accessKeysFile = try source.optional(.accessKeysFile)
        let words = try source.optional(.insecure)
        guard words == nil || words == Listening.words else {
            throw SettingError(.insecure, "must be left out, or be the words \(Listening.words)", words)
        }
        isInsecure = words != nil
        allowedHosts = try Self.allowedHosts(source)
        tlsCertificate = try source.optional(.tlsCertificate)
        tlsKey = try source.optional(.tlsKey)
        leaseMilliseconds = try source.integer(.leaseMs, 100...3_600_000)
        pollMilliseconds = try source.integer(.pollMs, 10...60_000)
        batch = try source.integer(.batch, 1...1_000)
        poisonLimit = try source.integer(.poisonLimit, 1...1_000)
        var limits = BatchLimits()
        limits.requests = try source.integer(.batchRequests, 1...1_000)
        limits.answerBytes = try source.integer(.batchAnswersKB, 64...1_048_576) * 1_024
        calls = try Self.calls(source)
        webhook = try Self.webhook(source, calls)
        callLimit = try source.optionalInteger(.callLimit, 1...10_000)
        batchLimits = limits
        let page = try source.text(.page)
        guard ["on", "off"].contains(page) else { throw SettingError(.page, "must be on or off", page) }
        hasPage = page == "on"
        durability = try Self.durability(source)
        workerName = try source.optional(.workerName)
        metricsHost = try source.text(.metricsHost)
        metricsPort = try source.optionalInteger(.metricsPort, 0...65_535)
        stateMachines = try source.text(.stateMachines)
        stateMachinesAreRequired = try source.optional(.stateMachines) != nil
        defaultMachine = try source.text(.defaultMachine)
        defaultMachineIsRequired = try source.optional(.defaultMachine) != nil
        substitutions = try Self.substitutions(source)
        itemTable = try source.text(.itemTable)
        tables = try Self.tables(source)
        let account = try source.text(.account)
        guard account.utf8.count == 12, account.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw SettingError(.account, "must be 12 digits", account)
        }
        arn = ARN(region: try source.text(.region), account: account)
        readiness = ReadinessPolicy(
            allowsEviction: try source.flag(.allowEviction),
            highWaterPercent: try source.integer(.memoryHighWater, 1...100)
        )
        retention = try Self.retention(source, itemTable: itemTable)
        url = try Self.url(source)
        urlCA = try source.optional(.urlCA)
        token = try source.optional(.token)
        let level = try source.text(.logLevel)
        guard let logLevel = Logger.Level(rawValue: level) else {
            throw SettingError(
                .logLevel,
                "must be one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))",
                level
            )
        }
        self.logLevel = logLevel
        let format = try source.text(.logFormat)
        guard let logFormat = LogFormat(rawValue: format) else {
            throw SettingError(.logFormat, "must be text or json", format)
        }
        self.logFormat = logFormat
    }

    /// Runs something with the settings; an error about one of them says where it comes from.
    func use<Result>(_ body: (Settings) async throws -> Result) async throws -> Result {
        do {
            return try await body(self)
        } catch {
            throw located(error)
        }
    }

    /// The same error, saying where the settings come from that it names.
    func located(_ error: any Error) -> any Error {
        if let error = error as? SettingError { return error.located(in: source.file(of: error.setting)) }
        let text = source.located("\(error)")
        return text == "\(error)" ? error : LocatedError(cause: error, description: text)
    }

    /// The values for `${Name}` in a definition that a command is given: those of the setting, and over them its own.
    static func substitutions(_ own: [String], file: String?) throws -> [Spelling: String] {
        let source = try SettingSource(flags: [], file: file)
        let values: [Spelling: String]
        do throws(SettingError) {
            values = try substitutions(source)
        } catch {
            throw error.located(in: source.file(of: .substitutions))
        }
        return values.merging(try substitutions(own.joined(separator: ","))) { $1 }
    }

    /// The setting's values, with those of CloudFormation that say where a stack is.
    private static func substitutions(_ source: SettingSource) throws(SettingError) -> [Spelling: String] {
        let place: [Spelling: String] = [
            "AWS::Partition": "aws", "AWS::Region": try source.text(.region),
            "AWS::AccountId": try source.text(.account),
        ]
        return place.merging(try substitutions(try source.text(.substitutions))) { $1 }
    }

    /// Reads `Name=value,Name=value`.
    static func substitutions(_ text: String) throws(SettingError) -> [Spelling: String] {
        var values: [Spelling: String] = [:]
        for pair in text.split(separator: ",") {
            guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
                throw SettingError(.substitutions, "must be Name=value pairs with commas between them", text)
            }
            values[String(pair[..<equals])] = String(pair[pair.unicodeScalars.index(after: equals)...])
        }
        return values
    }

    private static func durability(_ source: SettingSource) throws(SettingError) -> Durability {
        let text = try source.text(.durability)
        do throws(FieldError) {
            return try Durability(text, field: Setting.durability.key)
        } catch {
            throw SettingError(.durability, error.rule, error.value)
        }
    }

    private static func allowedHosts(_ source: SettingSource) throws(SettingError) -> [URLHost] {
        var hosts: [URLHost] = []
        for text in try source.optional(.allowedHosts)?.split(separator: ",") ?? [] {
            guard let host = URLHost(text) else {
                throw SettingError(.allowedHosts, "must be names with commas between them, without ports", String(text))
            }
            hosts.append(host)
        }
        return hosts
    }

    private static func url(_ source: SettingSource) throws -> String? {
        guard var text = try source.optional(.url) else { return nil }
        if text.hasSuffix("/") { text.removeLast() }
        guard let parts = URLComponents(string: text), ["http", "https"].contains(parts.scheme), parts.host != nil,
            parts.path.isEmpty, parts.query == nil, parts.user == nil
        else {
            // What stands before an @ may be a password.
            throw SettingError(.url, "must be http://host:port or https://host:port", text.contains("@") ? nil : text)
        }
        return text
    }

    private static func redis(_ source: SettingSource, process: String) throws -> RedisConfiguration {
        let url = try source.text(.redisURL)
        var redis: RedisConfiguration
        do throws(RedisError) {
            redis = try RedisConfiguration(url: url)
        } catch {
            throw SettingError(.redisURL, error.message, nil)
        }
        redis.clientName = "waitable-\(process)"
        redis.endsOnLoginRefusal = true
        redis.names.url = source.name(of: .redisURL)
        redis.names.authorities = source.name(of: .redisCA)
        redis.names.certificate = source.name(of: .redisCertificate)
        redis.names.privateKey = source.name(of: .redisKey)
        guard redis.tls != nil else { return redis }
        for (one, other) in [(Setting.redisCertificate, Setting.redisKey), (.redisKey, .redisCertificate)] {
            guard try source.optional(one) != nil, try source.optional(other) == nil else { continue }
            throw SettingError(one, "must be given with \(other.environment)", nil)
        }
        redis.tls?.caFile = try pemFile(.redisCA, source) { file throws(PEMFileError) in _ = try file.certificates() }
        redis.tls?.certificateFile = try pemFile(.redisCertificate, source) { file throws(PEMFileError) in
            _ = try file.certificates()
        }
        redis.tls?.privateKeyFile = try pemFile(.redisKey, source) { file throws(PEMFileError) in
            _ = try file.privateKey()
        }
        return redis
    }

    /// The path of a PEM file that can be used now; `nil` where none is named.
    private static func pemFile(
        _ setting: Setting,
        _ source: SettingSource,
        _ read: (PEMFile) throws(PEMFileError) -> Void
    ) throws(SettingError) -> String? {
        guard let path = try source.optional(setting) else { return nil }
        do throws(PEMFileError) {
            try read(PEMFile(path: path))
        } catch {
            throw SettingError(setting, error.rule, path)
        }
        return path
    }
}

/// An error that names settings by their keys in the configuration file.
struct LocatedError: Error, CustomStringConvertible {
    /// The same, naming them as if they came from the environment.
    let cause: any Error
    let description: String
}

/// A setting that cannot be used.
struct SettingError: Error, CustomStringConvertible {
    let setting: Setting
    let rule: String
    let value: String?
    /// The configuration file that the setting comes from; `nil` for none.
    private var file: String?

    init(_ setting: Setting, _ rule: String, _ value: String?) {
        self.setting = setting
        self.rule = rule
        self.value = setting.isSecret ? nil : value
    }

    var description: String {
        "\(setting.name(in: file)): \(rule)" + (value.map { ": '\($0)'" } ?? "")
    }

    /// The same, of a setting in a configuration file.
    func located(in file: String?) -> SettingError {
        var error = self
        error.file = error.file ?? file
        return error
    }
}
