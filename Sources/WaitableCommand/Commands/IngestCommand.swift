import ArgumentParser
import Logging

struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Runs an ingest: takes items and Step Functions API calls over HTTP.",
        discussion: """
            Example:
              waitable ingest --redis-url redis://cache:6379 --port 8080
            """
    )

    @OptionGroup var settings: SettingFlags
    @Option(name: .customLong("host"), help: .init(Setting.host)) var host: String?
    @Option(name: .customLong("port"), help: .init(Setting.port)) var port: String?
    @Option(name: .customLong("connection-limit"), help: .init(Setting.connectionLimit)) var connectionLimit: String?
    @Option(name: .customLong("batch-requests"), help: .init(Setting.batchRequests)) var batchRequests: String?
    @Option(name: .customLong("batch-answers-kb"), help: .init(Setting.batchAnswersKB)) var batchAnswersKB: String?
    @Option(name: .customLong("page"), help: .init(Setting.page)) var page: String?
    @Option(name: .customLong("durability"), help: .init(Setting.durability)) var durability: String?
    @OptionGroup var access: AccessFlags
    @Option(name: .customLong("statemachines"), help: .init(Setting.stateMachines)) var stateMachines: String?
    @Option(name: .customLong("substitutions"), help: .init(Setting.substitutions)) var substitutions: String?
    @Option(name: .customLong("tables"), help: .init(Setting.tables)) var tables: String?
    @Option(name: .customLong("allow-eviction"), help: .init(Setting.allowEviction)) var allowEviction: String?
    @Option(name: .customLong("memory-high-water"), help: .init(Setting.memoryHighWater)) var memoryHighWater: String?

    func run() async throws {
        try await Exit.mapping {
            let settings = try Settings(
                flags: settings,
                more: [
                    (.host, host), (.port, port), (.connectionLimit, connectionLimit), (.stateMachines, stateMachines),
                    (.substitutions, substitutions), (.tables, tables),
                    (.allowEviction, allowEviction), (.memoryHighWater, memoryHighWater),
                    (.batchRequests, batchRequests), (.batchAnswersKB, batchAnswersKB), (.page, page),
                    (.durability, durability),
                ] + access.values,
                process: "ingest"
            )
            try await settings.use { settings in
                try await IngestProcess(settings: settings, logger: .process("ingest", settings)).run()
            }
        }
    }
}
