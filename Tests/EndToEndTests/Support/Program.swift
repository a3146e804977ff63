import Foundation
import RedisTestServer
import Synchronization
import Testing

/// A running `waitable` process of a test, with what it has printed.
final class Program: Sendable {
    let process: Process
    private let text = Mutex("")
    private let pipe = Pipe()

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

    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        process = Process()
        process.executableURL = URL(filePath: Self.path)
        process.arguments = arguments
        process.currentDirectoryURL = Self.root
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("WAITABLE_") }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
            } else {
                self?.text.withLock { $0 += String(decoding: data, as: UTF8.self) }
            }
        }
        try process.runUnblocked()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// What it has printed so far, on both outputs.
    var output: String { text.withLock { $0 } }

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
        try await eventually("the output is read") { program.pipe.fileHandleForReading.readabilityHandler == nil }
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
