import ArgumentParser
import StatesLanguage
import WaitableOperations
import WaitableRedis

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Looks whether Redis is set up to lose nothing, and whether all data is as it has to be.",
        discussion: """
            Safe while the stack runs, however much is in it: it reads in pages and
            reports only what is really so. --repair mends what can be mended, says what
            it did, and leaves what only you can decide.

            Examples:
              waitable doctor
              waitable doctor --repair
              waitable doctor --json | jq .counts

            Exit codes: 0 nothing to do, 1 findings that are not mended, 69 Redis not
            reachable.
            """
    )

    @OptionGroup var settings: SettingFlags
    @Option(name: .customLong("allow-eviction"), help: .init(Setting.allowEviction)) var allowEviction: String?
    @Option(name: .customLong("memory-high-water"), help: .init(Setting.memoryHighWater)) var memoryHighWater: String?
    @Flag(name: .customLong("repair"), help: "Mends what can be mended.")
    var repairs = false
    @Option(name: .customLong("limit"), help: "How many findings of each kind are shown, 1 to 1000.")
    var limit = 20
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    func validate() throws {
        guard (1...1_000).contains(limit) else {
            throw ValidationError("--limit: must be a whole number from 1 to 1000: '\(limit)'")
        }
    }

    func run() async throws {
        try await Exit.mapping {
            var settings = try Settings(
                onRedis: settings,
                more: [(.allowEviction, allowEviction), (.memoryHighWater, memoryHighWater)],
                command: "doctor"
            )
            // It looks at what there is.
            settings.partitions = nil
            let (repairs, limit) = (repairs, limit)
            let (itemTable, policy) = (settings.itemTable, settings.readiness)
            let report = try await Connection.with(settings) { partitions in
                let report = try await Doctor(
                    partitions: partitions,
                    itemTable: itemTable,
                    policy: policy,
                    shown: limit
                ).examine(mends: repairs)
                // The page shows it. Where Redis does not take it, the report itself says what is wrong.
                if let now = try? await partitions.home.now() {
                    try? await partitions.home.keep(CheckupSummary(report, at: now))
                }
                return report
            }
            if json { print(json: report.json) } else { print(block: DoctorText.text(of: report)) }
            if report.findings.open > 0 { throw Exit.failed }
        }
    }
}
