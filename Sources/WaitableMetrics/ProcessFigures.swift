import Foundation
import PrometheusMetrics

/// What the system says of this process, under Prometheus's usual names; nothing where there is no `/proc`.
enum ProcessFigures {
    static func readings() -> [MetricSample] {
        guard let text = contents("/proc/self/stat"), let bracket = text.lastIndex(of: ")") else { return [] }
        // After the name in brackets, which may hold anything: state, parent, … as proc(5) counts them from 3.
        let fields = text[text.unicodeScalars.index(after: bracket)...].split(separator: " ")
        func field(_ number: Int) -> Double? {
            fields.indices.contains(number - 3) ? Double(fields[number - 3]) : nil
        }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        var readings: [MetricSample] = []
        if let user = field(14), let system = field(15) {
            readings.append(Metric.cpuSeconds.reading((user + system) / ticks))
        }
        if let start = field(22), let boot = bootTime {
            readings.append(Metric.startTime.reading(boot + start / ticks))
        }
        if let size = field(23) { readings.append(Metric.virtualMemory.reading(size)) }
        if let pages = field(24) { readings.append(Metric.residentMemory.reading(pages * page)) }
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            // One of them is the folder itself, while it is read.
            readings.append(Metric.openFiles.reading(Double(open - 1)))
        }
        if let most = mostFiles { readings.append(Metric.mostFiles.reading(most)) }
        return readings
    }

    /// When the machine started, in seconds since the Unix epoch.
    private static let bootTime: Double? = contents("/proc/stat")?
        .split(separator: "\n")
        .first { $0.hasPrefix("btime ") }
        .flatMap { Double($0.dropFirst("btime ".count)) }

    private static let mostFiles: Double? = contents("/proc/self/limits")?
        .split(separator: "\n")
        .first { $0.hasPrefix("Max open files") }
        .flatMap { $0.split(separator: " ").dropFirst(3).first }
        .flatMap { Double($0) }

    private static func contents(_ path: String) -> String? {
        // Read to its end by chunks: files of /proc have no size.
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.readToEnd() else { return nil }
        return String(decoding: data, as: UTF8.self)
    }
}
