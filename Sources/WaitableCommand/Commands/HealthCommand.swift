import ArgumentParser
import RedisClient
import WaitableRedis

struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Says whether the ingest or the worker of this host works, for a container's health check.",
        discussion: """
            An ingest is healthy when its /healthz answers. A worker is healthy when its
            claims are answered: it then reports itself to Redis. Both are told apart by
            the same settings that they run with. The exit code is 0 for healthy; else one
            line says what is wrong.

            Examples:
              waitable health ingest
              waitable health worker
            """
    )

    /// A process that has a health.
    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case ingest, worker
    }

    /// The longest that a process may take to show its health, in seconds.
    private static let patience = 3

    @OptionGroup var settings: SettingFlags
    @Option(name: .customLong("host"), help: .init(Setting.host)) var host: String?
    @Option(name: .customLong("port"), help: .init(Setting.port)) var port: String?
    @Option(name: .customLong("worker-name"), help: .init(Setting.workerName)) var workerName: String?
    @Argument(help: "ingest or worker.")
    var subject: Subject

    func run() async throws {
        try await Exit.mapping {
            let settings = try Settings(
                flags: settings,
                more: [(.host, host), (.port, port), (.workerName, workerName)],
                process: "health"
            )
            let subject = subject
            try await withThrowingTaskGroup { group in
                group.addTask {
                    switch subject {
                    case .ingest: try await Self.checkIngest(settings)
                    case .worker: try await Self.checkWorker(settings)
                    }
                }
                group.addTask {
                    try await Task.sleep(for: .seconds(Self.patience))
                    let silent = subject == .ingest ? "ingest" : "Redis"
                    throw UnhealthyError(reason: "no answer from \(silent) within \(Self.patience) s")
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    private static func checkIngest(_ settings: Settings) async throws {
        // Who listens on all addresses listens on this one.
        let host = ["0.0.0.0": "127.0.0.1", "::": "::1"][settings.host] ?? settings.host
        let isTLS = settings.tlsCertificate != nil
        guard await HTTPProbe.isOK(host: host, port: settings.port, path: "/healthz", isTLS: isTLS) else {
            throw UnhealthyError(reason: "no ingest answers on \(host), port \(settings.port)")
        }
    }

    private static func checkWorker(_ settings: Settings) async throws {
        let names = try await Connection.with(settings) { try await $0.home.workerNames() }
        if let name = settings.workerName {
            guard names.contains(name) else { throw UnhealthyError(reason: "the worker '\(name)' is not at work") }
        } else {
            guard names.contains(where: WorkerProcess.isOfThisHost) else {
                throw UnhealthyError(reason: "no worker of this host is at work")
            }
        }
    }
}

/// A process that is not healthy.
struct UnhealthyError: Error, CustomStringConvertible {
    let reason: String

    var description: String { "unhealthy: \(reason)" }
}
