import ArgumentParser
import StatesLanguage
import WaitableOperations
import WaitableRedis

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Proves that no execution was lost, ran twice or ran early.",
        discussion: """
            Replays each execution from its journal and compares the outcome with its
            document, its item, the sets and related executions. Safe on a live system:
            it reads in pages, changes nothing, and reports only what it saw twice.
            docs/audit.md lists the checks.

            A replay costs what the steps have cost. Each execution has a little work, and
            all together have a store of it; what needs more when that is empty is counted
            as not replayed. --replay-all replays those, too.

            --accepted names a file of what clients were told, one answer per line, as
            POST /, POST /items and StartExecution give it. Each start must be there.

            Examples:
              waitable audit
              waitable audit --accepted answers.ndjson
              waitable audit --json | jq .lateness

            Exit codes: 0 nothing found, 1 findings, 69 Redis not reachable.
            """
    )

    @OptionGroup var settings: SettingFlags
    @Option(name: .customLong("accepted"), help: "A file of clients' answers (NDJSON), or - for standard input.")
    var accepted: String?
    @Flag(name: .customLong("replay-all"), help: "Replays every execution, however long that takes.")
    var replaysAll = false
    @Option(name: .customLong("limit"), help: "How many findings of each kind are shown, 1 to 100000.")
    var limit = 20
    @Flag(name: .customLong("json"), help: "Prints JSON.")
    var json = false

    func validate() throws {
        guard (1...100_000).contains(limit) else {
            throw ValidationError("--limit: must be a whole number from 1 to 100000: '\(limit)'")
        }
    }

    func run() async throws {
        try await Exit.mapping {
            let settings = try Settings(onRedis: settings, command: "audit")
            let (accepted, limit, replaysAll) = (accepted, limit, replaysAll)
            let report = try await Connection.with(settings) { partitions in
                var audit = Audit(
                    stores: partitions.stores,
                    servers: partitions.servers,
                    itemTable: settings.itemTable,
                    shown: limit,
                    budget: replaysAll ? nil : ReplayBudget()
                )
                guard let accepted else { return try await audit.run() }
                var reader = try LineReader(path: accepted)
                return try await audit.run {
                    switch try reader.next() {
                    case .text(let line): line
                    // No answer is as long, so it is reported as none.
                    case .tooLong: Array("too long".utf8)
                    case nil: nil
                    }
                }
            }
            if json { print(json: report.json) } else { print(block: AuditText.text(of: report)) }
            if !report.isClean { throw Exit.failed }
        }
    }
}
