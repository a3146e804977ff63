import Foundation
import RedisTestServer
import Testing

/// A running `waitable` process of a test, with what it has printed.
final class Program: Sendable {
    let process: Process
    private let file: URL

    /// The executable that was built beside the tests.
    static let path: String = {
        var folder = URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appending(path: "waitable")
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), !isFolder.boolValue {
                return candidate.path
            }
            folder = folder.deletingLastPathComponent()
        }
        return "waitable"
    }()

    /// The repository's folder.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// - Parameter files: What `ulimit` is told of open files before it; `nil` for nothing.
    init(
        _ arguments: [String],
        environment: [String: String] = [:],
        in folder: URL = Program.root,
        files: String? = nil
    ) throws {
        process = Process()
        process.executableURL = URL(filePath: files == nil ? Self.path : "/bin/sh")
        let limiting = files.map { ["-c", "ulimit \($0); exec \"$0\" \"$@\"", Self.path] }
        process.arguments = (limiting ?? []) + arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("WAITABLE_") }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        // A file, not a pipe: what was printed is there whenever it is asked for, also after the end.
        file = FileManager.default.temporaryDirectory.appending(path: "waitable-output-\(UUID().uuidString)")
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        process.standardOutput = handle
        process.standardError = handle
        try process.runUnblocked()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: file)
    }

    /// What it has printed so far, on both outputs.
    var output: String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

    /// The most memory that it has had, in MiB.
    func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1])) / 1_024
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for its end.
    ///
    /// - Returns: The exit code.
    func end() async throws -> Int32 {
        try await eventually("the process ends") { !process.isRunning }
        return process.terminationStatus
    }

    /// Runs a command to its end.
    ///
    /// - Returns: The exit code and what it printed.
    static func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> (Int32, String) {
        let program = try Program(arguments, environment: environment)
        let code = try await program.end()
        return (code, program.output)
    }
}

/// Waits until something holds; the test's time limit is the bound.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        // Only a pace: the condition is what is waited for.
        try await Task.sleep(for: .milliseconds(10))
    }
}
