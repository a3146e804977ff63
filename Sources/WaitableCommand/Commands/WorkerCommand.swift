import ArgumentParser
import Logging

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Runs a worker: claims what is due and runs it on. Any number may run.",
        discussion: """
            Example:
              waitable worker --redis-url redis://cache:6379 --batch 500
            """
    )

    @OptionGroup var settings: SettingFlags
    @Option(name: .customLong("lease-ms"), help: .init(Setting.leaseMs)) var leaseMs: String?
    @Option(name: .customLong("poll-ms"), help: .init(Setting.pollMs)) var pollMs: String?
    @Option(name: .customLong("batch"), help: .init(Setting.batch)) var batch: String?
    @Option(name: .customLong("poison-limit"), help: .init(Setting.poisonLimit)) var poisonLimit: String?
    @Option(name: .customLong("functions"), help: .init(Setting.functions)) var functions: String?
    @Option(name: .customLong("http-hosts"), help: .init(Setting.httpHosts)) var httpHosts: String?
    @Option(name: .customLong("integrations"), help: .init(Setting.integrations)) var integrations: String?
    @Option(name: .customLong("buckets"), help: .init(Setting.buckets)) var buckets: String?
    @Option(name: .customLong("call-limit"), help: .init(Setting.callLimit)) var callLimit: String?
    @Option(name: .customLong("webhook-url"), help: .init(Setting.webhookURL)) var webhookURL: String?
    @Option(name: .customLong("webhook-tries"), help: .init(Setting.webhookTries)) var webhookTries: String?
    @Option(name: .customLong("worker-name"), help: .init(Setting.workerName)) var workerName: String?
    @Option(name: .customLong("memory-high-water"), help: .init(Setting.memoryHighWater)) var memoryHighWater: String?
    @Option(name: .customLong("retention-age"), help: .init(Setting.retentionAge)) var retentionAge: String?
    @Option(name: .customLong("retention-count"), help: .init(Setting.retentionCount)) var retentionCount: String?
    @Option(name: .customLong("retention-items"), help: .init(Setting.retentionItems)) var retentionItems: String?
    @Option(name: .customLong("retention-interval-ms"), help: .init(Setting.retentionIntervalMs))
    var retentionIntervalMs: String?
    @Option(name: .customLong("metrics-host"), help: .init(Setting.metricsHost)) var metricsHost: String?
    @Option(name: .customLong("metrics-port"), help: .init(Setting.metricsPort)) var metricsPort: String?
    @Option(name: .customLong("connection-limit"), help: .init(Setting.connectionLimit)) var connectionLimit: String?
    @OptionGroup var access: AccessFlags

    func run() async throws {
        try await Exit.mapping {
            let settings = try Settings(
                flags: settings,
                more: [
                    (.leaseMs, leaseMs), (.pollMs, pollMs), (.batch, batch), (.poisonLimit, poisonLimit),
                    (.functions, functions), (.httpHosts, httpHosts),
                    (.integrations, integrations), (.buckets, buckets), (.callLimit, callLimit),
                    (.webhookURL, webhookURL), (.webhookTries, webhookTries),
                    (.workerName, workerName), (.memoryHighWater, memoryHighWater),
                    (.retentionAge, retentionAge), (.retentionCount, retentionCount),
                    (.retentionItems, retentionItems), (.retentionIntervalMs, retentionIntervalMs),
                    (.metricsHost, metricsHost), (.metricsPort, metricsPort), (.connectionLimit, connectionLimit),
                ] + access.values,
                process: "worker"
            )
            try await settings.use { settings in
                try await WorkerProcess(settings: settings, logger: .process("worker", settings)).run()
            }
        }
    }
}
