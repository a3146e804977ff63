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
    private let environment: [String: String]  // own words

    init(
        workers: Int,
        host: String,
        port: String,
        showsFirstItem: Bool,
        environment: [String: String]  // own words
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
        var values = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        values[Setting.redisURL.environment] = "redis://127.0.0.1:\(redisPort)"
        values[Setting.host.environment] = host
        values[Setting.port.environment] = "\(self.port)"
        self.environment = values
    }

    /// Runs the stack until SIGINT or SIGTERM, or until a part of it ends by itself.
    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var children: [ChildProcess] = []
        do {
            let redis = try ChildProcess("redis-server", program: "redis-server", redisArguments, environment)
            children.append(redis)
            try await waitForRedis(redis)
            let program = CommandLine.arguments[0]
            children.append(try ChildProcess("ingest", program: program, ["ingest"], environment))
            for (index, port) in metricsPorts.enumerated() {
                let name = "worker-\(index + 1)"
                let arguments = [
                    "worker", "--worker-name", name, "--metrics-host", "127.0.0.1", "--metrics-port", "\(port)",
                ]
                children.append(try ChildProcess(name, program: program, arguments, environment))
            }
            try await waitForIngest(children)
            announce(children)
            if showsFirstItem { try await FirstItem(redisPort: redisPort).show() }
            try await waitForEnd(signals, children)
        } catch {
            await end(children)
            throw error
        }
        await end(children)
    }

    private var redisArguments: [String] {
        [
            "--port", "\(redisPort)", "--bind", "127.0.0.1", "--dir", folder.path, "--appendonly", "yes",
            "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction", "--loglevel", "warning",
        ]
    }

    private func announce(_ children: [ChildProcess]) {
        let url = "http://\(host):\(port)"
        print(
            block: """
                Waitable runs: \(url)
                  redis-cli -p \(redisPort)      the private Redis, until this ends
                  \(children.map { "\($0.name) (pid \($0.process.processIdentifier))" }.joined(separator: ", "))
                  \(url)/metrics
                  \(metricsPorts.map { "http://127.0.0.1:\($0)/metrics" }.joined(separator: "\n  "))

                Try:
                  curl -s \(url)/ -d "{\\"StartTimestamp\\": \\"$(date -u -d '+5 seconds' +%FT%TZ)\\"}"
                  curl -s \(url)/status

                Ctrl-C ends all of it.
                """
        )
        fflush(nil)
    }

    private func waitForRedis(_ redis: ChildProcess) async throws {
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

    private func waitForIngest(_ children: [ChildProcess]) async throws {
        for _ in 0..<600 {
            if let ended = children.first(where: { !$0.process.isRunning }) { throw ChildError(ended) }
            if await HTTPProbe.isOK(host: host, port: port, path: "/readyz") {
                if let ended = children.first(where: { !$0.process.isRunning }) { throw ChildError(ended) }
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw SettingError(.port, "ingest did not become ready within 30 s", "\(port)")
    }

    private func waitForEnd(_ signals: UnixSignalsSequence, _ children: [ChildProcess]) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask {
                for await _ in signals { return }
            }
            for child in children {
                group.addTask {
                    await child.ended()
                    if !Task.isCancelled { throw ChildError(child) }
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Ends what was started, the last first, and waits for it; what does not end in time is killed.
    private func end(_ children: [ChildProcess]) async {
        for child in children.reversed() { await child.end() }
    }
}
