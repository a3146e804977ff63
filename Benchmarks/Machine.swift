import Foundation
import StatesLanguage

/// What a run was measured on.
struct Machine: Sendable {
    let processor: String
    let cores: Int
    let memoryGigabytes: Int
    let system: String
    let redis: String

    /// - Parameter redis: The server's version.
    init(redis: String) {
        processor = Self.value("model name", in: "/proc/cpuinfo") ?? "unknown processor"
        cores = ProcessInfo.processInfo.activeProcessorCount
        memoryGigabytes = Int(ProcessInfo.processInfo.physicalMemory / 1_073_741_824)
        system = Self.value("PRETTY_NAME", in: "/etc/os-release", separator: "=") ?? "Linux"
        self.redis = redis
    }

    private static func value(_ name: String, in file: String, separator: Character = ":") -> String? {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name) }?
            .split(separator: separator, maxSplits: 1).last?
            .trimmingCharacters(in: CharacterSet(charactersIn: " \"\t"))
    }

    var text: String {
        "\(processor), \(cores) cores, \(memoryGigabytes) GiB, \(system), Redis \(redis) with AOF everysec on a Unix socket, "
            + "release build"
    }

    var json: JSON {
        .object([
            "processor": .string(processor), "cores": .integer(Int64(cores)),
            "memoryGigabytes": .integer(Int64(memoryGigabytes)), "system": .string(system), "redis": .string(redis),
        ])
    }
}
