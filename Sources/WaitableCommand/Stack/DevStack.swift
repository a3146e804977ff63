import ArgumentParser
import Foundation
import Logging
import RedisClient
import ServiceLifecycle
import UnixSignals
import WaitableRedis

/// A stack of real processes on one machine: redis-server, an ingest, workers.
struct DevStack {
    /// Where each worker listens.
    private let metricsPorts: [Int]
    private let showsFirstItem: Bool
    private let host: String
    private let port: Int
    private let redisPort: Int
    private let folder: URL
    private let environment: [Spelling: String]

    init(
        workers: Int,
        host: String,
        port: String,
        showsFirstItem: Bool,
        environment: [Spelling: String]
    ) async throws {
        guard let number = Int(port), (0...65_535).contains(number) else {
            throw SettingError(.port, "must be a whole number from 0 to 65535", port)
        }
        // First of all: who asks a port that somebody else has is answered by somebody else.
        do {
            self.port = try await FreePort.bind(host, number)
        } catch {
            throw Listening.problem(with: error, host: (host, .host), port: (number, .port)) ?? error
        }
        var ports: [Int] = []
        for _ in 1...workers { ports.append(try await FreePort.find()) }
        metricsPorts = ports
        self.showsFirstItem = showsFirstItem
        self.host = host
        redisPort = try await FreePort.find()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("waitable-dev-\(UUID().uuidString)")
        var environment = environment
        environment[Setting.redisURL.environment] = "redis://127.0.0.1:\(redisPort)"
        environment[Setting.host.environment] = host
        environment[Setting.port.environment] = "\(self.port)"
        self.environment = environment
    }

    /// Runs the stack until SIGINT or SIGTERM, or until a part of it ends by itself. The last that was started ends first.
    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let redis = ChildProcess(name: "redis-server", program: "redis-server", arguments: redisArguments)
        try await redis.run { id in
            try await waitForRedis()
            try await run(parts[...], after: ["\(redis.name) (pid \(id))"]) { started in
                try await waitForIngest()
                try announce(started)
                if showsFirstItem { try await FirstItem(redisPort: redisPort).show() }
                for await _ in signals { return }
            }
        }
    }

    /// Runs some parts, each as long as those after it run, and something as long as all of them do.
    ///
    /// - Parameters:
    ///   - started: What has been started before them, with its process id.
    ///   - body: Gets the same of all.
    private func run(
        _ parts: ArraySlice<ChildProcess>,
        after started: [String],
        _ body: @Sendable @escaping ([String]) async throws -> Void
    ) async throws {
        guard let part = parts.first else { return try await body(started) }
        try await part.run { id in
            try await run(parts.dropFirst(), after: started + ["\(part.name) (pid \(id))"], body)
        }
    }

    /// The ingest and the workers.
    private var parts: [ChildProcess] {
        let program = CommandLine.arguments[0]
        let ingest = ChildProcess(name: "ingest", program: program, arguments: ["ingest"], environment: environment)
        return [ingest]
            + metricsPorts.enumerated().map { index, port in
                let name = "worker-\(index + 1)"
                let arguments = [
                    "worker", "--worker-name", name, "--metrics-host", "127.0.0.1", "--metrics-port", "\(port)",
                ]
                return ChildProcess(name: name, program: program, arguments: arguments, environment: environment)
            }
    }

    private var redisArguments: [String] {
        [
            "--port", "\(redisPort)", "--bind", "127.0.0.1", "--dir", folder.path, "--appendonly", "yes",
            "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction", "--loglevel", "warning",
        ]
    }

    /// What the deployed definitions need, each with what provides it.
    private func checklists() throws -> [String] {
        var all = ProcessInfo.processInfo.environment
        for (name, value) in environment { all[name.text] = value }
        let settings = try Settings(flags: SettingFlags.parse([]), process: "dev", environment: all)
        return try StateMachineFolder(settings: settings).entries.compactMap { entry in
            Checklist(entry.needs, settings.calls).text("\(entry.name) needs, of these settings:")
        }
    }

    private func announce(_ started: [String]) throws {
        let url = "http://\(host):\(port)"
        print(
            block: """
                Waitable runs: \(url)
                  redis-cli -p \(redisPort)      the private Redis, until this ends
                  \(started.joined(separator: ", "))
                  \(url)/metrics
                  \(metricsPorts.map { "http://127.0.0.1:\($0)/metrics" }.joined(separator: "\n  "))

                Try:
                  curl -s \(url)/ -d "{\\"StartTimestamp\\": \\"$(date -u -d '+5 seconds' +%FT%TZ)\\"}"
                  curl -s \(url)/status

                Ctrl-C ends all of it.
                """
        )
        for checklist in try checklists() { print(block: "\n\(checklist)") }
        fflush(nil)
    }

    private func waitForRedis() async throws {
        let configuration = try RedisConfiguration(url: "redis://127.0.0.1:\(redisPort)")
        var logger = Logger(label: "waitable.dev")
        logger.logLevel = .critical
        let client = RedisClient(configuration, logger: logger)
        try await withThrowingTaskGroup { group in
            group.addTask { try await client.run() }
            _ = try await RedisStore(client: client).time()
            group.cancelAll()
        }
    }

    private func waitForIngest() async throws {
        for _ in 0..<600 {
            if await HTTPProbe.isOK(host: host, port: port, path: "/readyz") { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw SettingError(.port, "ingest did not become ready within 30 s", "\(port)")
    }
}
