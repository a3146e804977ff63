import Foundation
import RedisTestServer

/// A `waitable worker`, and the CPU time that it has used.
struct WorkerProcess {
    private let process = Process()

    init(_ program: String, url: String) throws {
        process.executableURL = URL(filePath: program)
        process.arguments = ["worker", "--redis-url", url, "--log-level", "error"]
        process.standardInput = FileHandle.nullDevice
        try process.runUnblocked()
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

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
