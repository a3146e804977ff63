import Foundation
import RedisTestServer

/// A `waitable` process, and what it has used.
struct MeasuredProcess {
    private let process = Process()

    /// - Parameter arguments: The command first.
    init(_ program: String, _ arguments: [String], redis: RedisTestServer) throws {
        process.executableURL = URL(filePath: program)
        process.arguments = arguments + ["--redis-url", "unix://\(redis.socket)", "--log-level", "error"]
        process.standardInput = FileHandle.nullDevice
        try process.runUnblocked()
    }

    static func worker(_ rig: Rig) throws -> MeasuredProcess {
        try MeasuredProcess(rig.program, ["worker"], redis: rig.redis)
    }

    /// User and system time, in seconds.
    var cpuSeconds: Double {
        let path = "/proc/\(process.processIdentifier)/stat"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), let end = text.lastIndex(of: ")") else {
            return 0
        }
        // Fields 14 and 15 of the file, counted from 1; the second is the name, which may hold spaces.
        let fields = text[text.index(after: end)...].split(separator: " ")
        return ((Double(fields[11]) ?? 0) + (Double(fields[12]) ?? 0)) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Resident memory, in MB.
    var residentMegabytes: Double {
        let path = "/proc/\(process.processIdentifier)/status"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("VmRSS:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1_024
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
