import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RedisTestServer
import StatesLanguage
import Testing

/// Each Redis that docs/operations.md and docs/access.md describe ends with items in it, and comes back with them.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct RestartTests {
    /// The processes on such a Redis.
    private final class Subject: Sendable {
        let redis: RedisTestServer
        let arrangement: RestartedRedis
        let url: String
        private let certificates: Certificates
        private let tlsPort: Int
        private let users: RedisUsers?
        private let port: Int

        /// - Parameter line: The line of the user default, in the file of users.
        init(_ arrangement: RestartedRedis, defaultUser line: String = RedisUsers.defaultLine) throws {
            self.arrangement = arrangement
            certificates = try Certificates()
            tlsPort = try RedisTestServer.freePort()
            users = arrangement.hasUsers ? try RedisUsers(default: line) : nil
            var options = arrangement.options + (users?.options ?? [])
            if arrangement.isTLS { options += certificates.options(port: tlsPort) }
            redis = try RedisTestServer(persistence: arrangement.persistence, options: options)
            port = try RedisTestServer.freePort()
            url = "http://127.0.0.1:\(port)"
        }

        func environment(of user: String) -> [String: String] {
            let login = arrangement.hasUsers ? RedisUsers.login(user) : ""
            let address =
                arrangement.isTLS ? "rediss://\(login)localhost:\(tlsPort)" : "redis://\(login)127.0.0.1:\(redis.port)"
            return [
                "WAITABLE_REDIS_URL": address, "WAITABLE_REDIS_CA": arrangement.isTLS ? certificates.authority : "",
                "WAITABLE_PORT": "\(port)", "WAITABLE_LOG_LEVEL": "info",
            ].filter { !$0.value.isEmpty }
        }

        func start(_ process: String, _ environment: [String: String] = [:]) throws -> Program {
            try Program([process], environment: self.environment(of: process).merging(environment) { $1 })
        }

        /// What a route answers; the status is 0 while nobody does.
        func send(
            _ path: String,
            _ method: HTTPMethod = .GET,
            _ body: String = "",
            port: Int? = nil
        ) async throws -> (status: UInt, json: JSONObject) {
            var request = HTTPClientRequest(url: (port.map { "http://127.0.0.1:\($0)" } ?? url) + path)
            request.method = method
            if method == .POST { request.body = .bytes(ByteBuffer(string: body)) }
            guard let answer = try? await HTTPClient.shared.execute(request, timeout: .seconds(30)) else {
                return (0, [:])
            }
            let bytes = try await answer.body.collect(upTo: 1_048_576)
            return (answer.status.code, try JSON(parsing: Array(buffer: bytes)).objectValue ?? [:])
        }

        func status(_ id: String) async throws -> JSON? { try await send("/status/\(id)").json["ProcessStatus"] }

        func redisCommand(_ words: String) async throws -> String {
            try await ConsoleSession.shell("redis-cli -p \(redis.port) \(words)", environment: [:])
        }

        /// What docs/operations.md lets the user for backups do.
        private func backupCommand(_ words: String) async throws -> String {
            guard arrangement.hasUsers else { return try await redisCommand(words) }
            return try await ConsoleSession.shell(
                "redis-cli -p \(redis.port) --user waitable-backup \(words)",
                environment: ["REDISCLI_AUTH": RedisUsers.password]
            )
        }

        /// The exit code and the codes of the doctor's errors and warnings.
        func doctor() async throws -> (code: Int32, findings: [JSON?]) {
            let program = try Program(["doctor", "--json"], environment: environment(of: "operator"))
            let code = try await program.end()
            let report = try JSON(parsing: Array(program.output.utf8)).objectValue
            let findings = report?["findings"]?.arrayValue?.compactMap(\.objectValue) ?? []
            return (code, findings.filter { $0["severity"] != "info" }.map { $0["code"] })
        }

        /// Ends Redis, and starts what the documents say.
        func restart() async throws {
            let files = FileManager.default
            let backup = certificates.folder.appending(path: "backup")
            let snapshot = redis.folder.appending(path: "dump.rdb")
            let appendOnly = redis.folder.appending(path: "appendonlydir")
            switch arrangement.comesBack {
            case .stopped: redis.stop()
            case .killed: redis.kill()
            case .snapshotRestored:
                #expect(try await backupCommand("BGSAVE") == "Background saving started")
                try await eventually("the snapshot is written") {
                    try await backupCommand("INFO persistence").contains("rdb_bgsave_in_progress:0")
                }
                try files.copyItem(at: snapshot, to: backup)
                try await restore(backup)
            case .fetchedSnapshotRestored:
                #expect(try await backupCommand("--rdb '\(backup.path)'").contains("Transfer finished with success"))
                try await restore(backup)
            case .appendOnlyFolderRestored:
                try files.copyItem(at: appendOnly, to: backup)
                redis.kill()
                try files.removeItem(at: appendOnly)
                try files.copyItem(at: backup, to: appendOnly)
            }
            if redis.processIdentifier == 0 { try redis.start() }
        }

        /// A Redis with an append-only file does not read a snapshot, so it is made the beginning of such a file.
        private func restore(_ backup: URL) async throws {
            redis.kill()
            let files = FileManager.default
            for file in try files.contentsOfDirectory(atPath: redis.folder.path) {
                try files.removeItem(at: redis.folder.appending(path: file))
            }
            let words = "deploy/redis/restore '\(backup.path)' '\(redis.folder.path)'"
            let said = try await ConsoleSession.shell(words, environment: [:])
            #expect(said == "restored \(backup.path) to \(redis.folder.path)/appendonlydir")
        }
    }

    @Test("A snapshot is put into no folder that has append-only files, and what is no snapshot into none")
    func refusedRestore() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "waitable-restore-\(UUID().uuidString)")
        let files = folder.appending(path: "appendonlydir")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let snapshot = folder.appending(path: "dump.rdb")
        let restore = { @Sendable (snapshot: URL) in
            let words = "deploy/redis/restore '\(snapshot.path)' '\(folder.path)'; echo $?"
            return try await ConsoleSession.shell(words, environment: [:])
        }
        try Data("REDIS0010".utf8).write(to: snapshot)
        let full = "restore: FOLDER: must have no append-only files, move them away first: '\(files.path)'\n65"
        #expect(try await restore(snapshot) == full)
        #expect(try FileManager.default.contentsOfDirectory(atPath: files.path).isEmpty)
        try FileManager.default.removeItem(at: files)
        try Data("no snapshot".utf8).write(to: snapshot)
        let text = "restore: SNAPSHOT: must be a snapshot of Redis or Valkey: '\(snapshot.path)'\n65"
        #expect(try await restore(snapshot) == text)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["dump.rdb"])
    }

    @Test("Items are there after a restart, and are carried out", arguments: RestartedRedis.all)
    func restart(arrangement: RestartedRedis) async throws { try await check(arrangement) }

    @Test("Items are there after a restart of a Redis with users and TLS, and are carried out")
    func overTLS() async throws {
        try await check(RestartedRedis(testDescription: "users and TLS", hasUsers: true, isTLS: true))
    }

    private func check(_ arrangement: RestartedRedis) async throws {
        let subject = try Subject(arrangement)
        let processes = [try subject.start("ingest"), try subject.start("worker")]
        try await eventually("ingest is ready") {
            try #require(processes[0].process.isRunning, "\(processes[0].output)")
            return try await subject.send("/readyz").status == 200
        }
        let waiting = (0..<20).map { "waiting-\($0)" }
        let done = (0..<20).map { "done-\($0)" }
        for id in waiting + done {
            let instant = id.hasPrefix("done") ? "2026-01-01T00:00:00Z" : "2036-01-01T00:00:00Z"
            let answer = try await subject.send("/", .POST, #"{"Id":"\#(id)","StartTimestamp":"\#(instant)"}"#)
            #expect(answer.status == 200)
        }
        for id in done {
            try await eventually("\(id) is completed") { try await subject.status(id) == "COMPLETED" }
        }
        if arrangement.hasUsers {
            #expect(try await subject.redisCommand("PING") == "NOAUTH Authentication required.")
            #expect(try await subject.redisCommand("--user default --pass x PING").contains("WRONGPASS"))
        }
        try await subject.restart()
        try await eventually("ingest is ready again") { try await subject.send("/readyz").status == 200 }
        for id in waiting { #expect(try await subject.status(id) == "STARTED", "\(id)") }
        for id in done { #expect(try await subject.status(id) == "COMPLETED", "\(id)") }
        let expected: [JSON?] = arrangement.persistence == .none ? ["snapshots-only"] : []
        // The worker has to come back, too.
        try await eventually("the doctor finds no more than that") {
            try await subject.doctor().findings == expected
        }
        for id in waiting {
            try await eventually("\(id) is taken") {
                try await subject.send("/items/\(id)/run-now", .POST).status == 200
            }
        }
        for id in waiting {
            try await eventually("\(id) is completed") { try await subject.status(id) == "COMPLETED" }
        }
        for process in processes.reversed() {
            process.signal(SIGTERM)
            #expect(try await process.end() == 0)
        }
    }

    @Test(
        "Where the restart would lose items, ingest and worker are not ready, starts are refused, and the doctor says so",
        arguments: ["user default off", "user default off resetpass ~* &* +@all -zadd"]
    )
    func losing(line: String) async throws {
        let subject = try Subject(RestartedRedis(testDescription: "users", hasUsers: true), defaultUser: line)
        let port = try RedisTestServer.freePort()
        let ingest = try subject.start("ingest")
        let worker = try subject.start("worker", ["WAITABLE_METRICS_PORT": "\(port)"])
        try await eventually("ingest is not ready for that reason") {
            try #require(ingest.process.isRunning, "\(ingest.output)")
            let answer = try await subject.send("/readyz")
            return answer.status == 503 && answer.json["code"] == "AppendOnlyFile"
        }
        try await eventually("the worker is not ready for that reason") {
            let answer = try await subject.send("/readyz", port: port)
            let reason = answer.json["reason"]?.stringValue ?? ""
            return answer.status == 503 && reason.contains("ACL SETUSER default off resetpass ~* &* +@all")
        }
        let start = try await subject.send("/", .POST, #"{"Id":"a","StartTimestamp":"2036-01-01T00:00:00Z"}"#)
        #expect(start.status == 503)
        #expect(start.json["code"] == "AppendOnlyFile")
        let report = try await subject.doctor()
        #expect(report.code == 1)
        #expect(report.findings == ["file-lost-at-restart"])
        for process in [worker, ingest] {
            process.signal(SIGTERM)
            #expect(try await process.end() == 0)
        }
    }
}
