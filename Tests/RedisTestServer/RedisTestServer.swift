public import Foundation
import Synchronization

/// A real redis-server for tests and benchmarks: on a free port, in a folder of its own, ended with its process.
public final class RedisTestServer: Sendable {
    /// What the server keeps when it ends.
    public enum Persistence: Sendable {
        case none
        /// An append-only file, synced every second.
        case appendOnly
    }

    /// The TCP port on 127.0.0.1; the same after a restart.
    public let port: Int
    /// The path of the Unix socket.
    public let socket: String
    /// The server's folder.
    public let folder: URL
    private let arguments: [String]
    private let process = Mutex<Process?>(nil)

    /// `redis://127.0.0.1:PORT`
    public var url: String { "redis://127.0.0.1:\(port)" }
    /// The server's process id; 0 while it is not running.
    public var processIdentifier: Int32 { process.withLock { $0?.processIdentifier ?? 0 } }

    /// Starts a server and waits until it answers.
    ///
    /// - Parameter options: More of redis-server's arguments: `["--maxmemory", "10mb"]`.
    public init(persistence: Persistence = .none, options: [String] = []) throws {
        port = try Self.freePort()
        folder = FileManager.default.temporaryDirectory.appending(path: "waitable-redis-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        socket = folder.appending(path: "redis.sock").path
        let saves = persistence == .none ? "no" : "yes"
        arguments =
            [
                "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", socket, "--dir",
                folder.path,
                "--save", "", "--appendonly", saves, "--loglevel", "warning", "--logfile", "redis.log",
            ] + options
        try start()
    }

    /// Starts a sentinel and waits until it answers.
    ///
    /// - Parameter lines: Its configuration, but for port and folder.
    public init(sentinel lines: [String]) throws {
        port = try Self.freePort()
        folder = FileManager.default.temporaryDirectory.appending(path: "waitable-redis-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        socket = folder.appending(path: "redis.sock").path
        let file = folder.appending(path: "sentinel.conf")
        let all = ["port \(port)", "bind 127.0.0.1", "dir \(folder.path)", "logfile sentinel.log"] + lines
        try Data(all.joined(separator: "\n").appending("\n").utf8).write(to: file)
        arguments = ["redis-server", file.path, "--sentinel"]
        try start()
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Starts the server again after ``stop()`` or ``kill()``, on the same port and folder.
    ///
    /// - Parameter options: More of redis-server's arguments, for this time.
    public func start(with options: [String] = []) throws {
        let limit = Date(timeIntervalSinceNow: 20)
        // One that ends at once tries again: what a killed one has left, such as a child with its files, goes by itself.
        for _ in 0..<5 where Date() < limit {
            if try begins(options, until: limit) { return }
            usleep(100_000)
        }
        let log = try? String(contentsOf: folder.appending(path: "redis.log"), encoding: .utf8)
        throw RedisTestServerError(
            reason: "redis-server did not answer on port \(port): \(log?.suffix(500) ?? "it has no log")"
        )
    }

    /// Starts the process; whether it answers.
    private func begins(_ options: [String], until limit: Date) throws -> Bool {
        let server = Process()
        server.executableURL = URL(filePath: "/usr/bin/env")
        server.arguments = arguments + options
        server.standardInput = FileHandle.nullDevice
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle.nullDevice
        try server.runUnblocked()
        process.withLock { $0 = server }
        while Date() < limit, server.isRunning {
            if Self.answers(port: port) { return true }
            usleep(5_000)
        }
        return false
    }

    /// Ends the server in order: what it persists is on disk.
    public func stop() { end(with: SIGTERM) }

    /// Ends the server at once, as a crash does.
    public func kill() { end(with: SIGKILL) }

    /// Stops the server from answering, with its connections open.
    public func pause() { signal(SIGSTOP) }

    /// Lets a paused server go on.
    public func resume() { signal(SIGCONT) }

    private func signal(_ number: Int32) {
        let identifier = processIdentifier
        if identifier > 0 { _ = Foundation.kill(identifier, number) }
    }

    private func end(with number: Int32) {
        guard let server = process.withLock({ $0.take() }), server.isRunning else { return }
        _ = Foundation.kill(server.processIdentifier, SIGCONT)
        _ = Foundation.kill(server.processIdentifier, number)
        server.waitUntilExit()
    }

    /// A TCP port of the loopback interface that nobody listens on.
    ///
    /// It lies below those that the system gives to outgoing connections: one of these could be taken before the port is
    /// used.
    public static func freePort() throws -> Int {
        for _ in 0..<100 {
            let port = Int.random(in: 10_000..<32_768)
            if let socket = try? LoopbackSocket(), (try? socket.bind(port: port)) != nil { return port }
        }
        throw RedisTestServerError(reason: "a hundred ports at random are all taken")
    }

    /// Whether somebody listens on a TCP port of the loopback interface.
    public static func isTaken(_ port: Int) throws -> Bool { try LoopbackSocket().connects(port: port) }

    /// Asks the server over a connection of its own, also while a script keeps it busy.
    ///
    /// - Parameter command: An inline command, such as `SCRIPT KILL`.
    /// - Returns: The beginning of the answer, as it comes over the wire; empty where there is none.
    @discardableResult
    public func ask(_ command: String) -> String {
        (try? LoopbackSocket())?.asks("\(command)\r\n", port: port) ?? ""
    }

    /// Sends commands again and again until the answer to the last one has some words in it.
    ///
    /// - Throws: ``RedisTestServerError`` with the last answer after half a minute.
    public func ask(_ commands: String..., until words: String) throws {
        let limit = Date(timeIntervalSinceNow: 30)
        var answer = ""
        while Date() < limit {
            for command in commands { answer = ask(command) }
            if answer.contains(words) { return }
            usleep(5_000)
        }
        throw RedisTestServerError(
            reason: "\(commands.joined(separator: ", ")) on port \(port): no '\(words)' in '\(answer)'"
        )
    }

    private static func answers(port: Int) -> Bool {
        guard let socket = try? LoopbackSocket() else { return false }
        let answer = socket.asks("PING\r\n", port: port)
        // Where the user default is off, that much of an answer shows that the server is there.
        return answer.hasPrefix("+PONG") || answer.hasPrefix("-NOAUTH")
    }
}

/// A server that could not be started.
public struct RedisTestServerError: Error, CustomStringConvertible {
    /// Why not.
    public var reason: String

    /// The reason.
    public var description: String { reason }
}
