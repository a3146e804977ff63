import ArgumentParser

/// The settings as flags, shared by the commands that talk to Redis.
struct SettingFlags: ParsableArguments {
    @Option(name: .customLong("config"), help: "JSON file with settings.")
    var config: String?
    @Option(name: .customLong("redis-url"), help: .init(Setting.redisURL)) var redisURL: String?
    @Option(name: .customLong("redis-ca"), help: .init(Setting.redisCA)) var redisCA: String?
    @Option(name: .customLong("redis-certificate"), help: .init(Setting.redisCertificate))
    var redisCertificate: String?
    @Option(name: .customLong("redis-key"), help: .init(Setting.redisKey)) var redisKey: String?
    @Option(name: .customLong("namespace"), help: .init(Setting.namespace)) var namespace: String?
    @Option(name: .customLong("partitions"), help: .init(Setting.partitions)) var partitions: String?
    @Option(name: .customLong("default-machine"), help: .init(Setting.defaultMachine)) var defaultMachine: String?
    @Option(name: .customLong("item-table"), help: .init(Setting.itemTable)) var itemTable: String?
    @Option(name: .customLong("region"), help: .init(Setting.region)) var region: String?
    @Option(name: .customLong("account"), help: .init(Setting.account)) var account: String?
    @Option(name: .customLong("log-level"), help: .init(Setting.logLevel)) var logLevel: String?
    @Option(name: .customLong("log-format"), help: .init(Setting.logFormat)) var logFormat: String?

    /// What was said by flags, by setting.
    var values: [(Setting, String?)] {
        [
            (.redisURL, redisURL), (.redisCA, redisCA), (.redisCertificate, redisCertificate), (.redisKey, redisKey),
            (.namespace, namespace), (.partitions, partitions), (.defaultMachine, defaultMachine),
            (.itemTable, itemTable),
            (.region, region), (.account, account), (.logLevel, logLevel), (.logFormat, logFormat),
        ]
    }
}

extension ArgumentHelp {
    init(_ setting: Setting) {
        self.init(stringLiteral: setting.help)
    }
}
