import Foundation

/// A process that a development stack started.
struct ChildProcess: Sendable {
    let name: String
    let process: Process

    init(_ name: String, program: String, _ arguments: [String], _ environment: [String: String]) throws {  // own words
        self.name = name
        process = Process()
        process.executableURL = try Self.url(of: program, environment)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.standardError
        try process.runUnblocked()
    }

    /// Waits until the process has ended.
    func ended() async {
        while process.isRunning, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Asks the process to end, and kills it after 10 seconds.
    func end() async {
        guard process.isRunning else { return }
        process.terminate()
        let limit = ContinuousClock.now + .seconds(10)
        while process.isRunning, ContinuousClock.now < limit {
            try? await Task.sleep(for: .milliseconds(20))
        }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    private static func url(of program: String, _ environment: [String: String]) throws -> URL {  // own words
        if program.contains("/") { return URL(fileURLWithPath: program) }
        for folder in (environment["PATH"] ?? "").split(separator: ":") {
            let path = "\(folder)/\(program)"
            if FileManager.default.isExecutableFile(atPath: path) { return URL(fileURLWithPath: path) }
        }
        throw ChildNotFound(program: program)
    }
}

/// A program that is not installed.
struct ChildNotFound: Error, CustomStringConvertible {
    let program: String

    var description: String { "\(program) is not installed: it has to be on the PATH" }
}

/// A part of the stack that ended by itself.
struct ChildError: Error, CustomStringConvertible {
    let name: String
    let status: Int32

    init(_ child: ChildProcess) {
        name = child.name
        status = child.process.isRunning ? 0 : child.process.terminationStatus
    }

    var description: String { "\(name) ended by itself with code \(status): the stack is stopped" }
}
