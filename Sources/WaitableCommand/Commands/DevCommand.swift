import ArgumentParser
import Foundation
import Logging

struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Runs a private Redis, an ingest and workers, until Ctrl-C.",
        usage: "waitable dev <options>",
        discussion: """
            The Redis is a redis-server of its own, with an append-only file, on a free
            port. When the command ends, so does all of it, and its files are removed.

            Example:
              waitable dev --workers 3 --port 8080
            """
    )

    @Option(name: .customLong("workers"), help: "How many worker processes, 1 to 64.")
    var workers = 2
    @Flag(name: .customLong("first-item"), help: "Starts one item and shows it through, before anything else.")
    var showsFirstItem = false
    @Option(name: .customLong("host"), help: .init(Setting.host)) var host: String?
    @Option(name: .customLong("port"), help: .init(Setting.port)) var port: String?
    @Option(name: .customLong("statemachines"), help: .init(Setting.stateMachines)) var stateMachines: String?
    @Option(name: .customLong("log-level"), help: .init(Setting.logLevel)) var logLevel: String?

    func validate() throws {
        guard (1...64).contains(workers) else {
            throw ValidationError("--workers: must be a whole number from 1 to 64: '\(workers)'")
        }
    }

    func run() async throws {
        try await Exit.mapping {
            let stack = try await DevStack(
                workers: workers,
                host: host ?? Setting.host.default ?? "127.0.0.1",
                port: port ?? Setting.port.default ?? "8080",
                showsFirstItem: showsFirstItem,
                environment: overrides
            )
            try await stack.run()
        }
    }

    private var overrides: [Spelling: String] {
        var values: [Spelling: String] = [:]
        values[Setting.stateMachines.environment] = stateMachines
        values[Setting.logLevel.environment] =
            logLevel ?? ProcessInfo.processInfo.environment["WAITABLE_LOG_LEVEL"] ?? "warning"
        return values
    }
}
