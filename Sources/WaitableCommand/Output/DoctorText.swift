import WaitableOperations
import WaitableRedis

/// The doctor's report for people.
enum DoctorText {
    /// What was looked at, the findings, and a line that sums them up.
    static func text(of report: DoctorReport) -> String {
        var facts = Table(header: ["LOOKED AT", ""])
        facts.rows = rows(report.facts) + rows(report)
        let blocks = [facts.text] + report.findings.kept.map(block) + more(report.findings) + [summary(report.findings)]
        return blocks.joined(separator: "\n\n")
    }

    /// Before the text of a finding.
    private static let indent = 9
    private static let unseen = "not allowed to look"

    private static func rows(_ facts: ServerFacts) -> [[String]] {
        let info = facts.info
        func field(_ name: String) -> String { info[name] ?? "?" }
        var rows = [
            ["redis", info.isEmpty ? unseen : "\(field("redis_version")), \(field("role")), \(field("redis_mode"))"],
            ["memory", info.isEmpty ? unseen : memory(info)],
        ]
        if info.isEmpty {
            rows.append(["persistence", unseen])
        } else if info["aof_enabled"] == "1" {
            let fsync = facts.configuration["appendfsync"].map { "fsync \($0)" } ?? "fsync: \(unseen)"
            rows.append(["persistence", "append-only file, \(fsync), last write \(field("aof_last_write_status"))"])
        } else {
            let save = facts.configuration["save"].map { $0.isEmpty ? "no snapshots" : "snapshots \($0)" }
            rows.append(["persistence", "no append-only file, \(save ?? "snapshots: \(unseen)")"])
        }
        let absent = facts.notAllowed.contains("FCALL_RO") ? unseen : "not loaded"
        let loaded = facts.functions.map { "version \($0)" } ?? absent
        rows.append(["functions", "\(loaded) (this build's: \(FunctionLibrary.version))"])
        rows.append(["clock", facts.clock.map { "Redis is \($0)" } ?? unseen])
        return rows
    }

    private static func memory(_ info: RedisInfo) -> String {
        func size(_ bytes: Int64?) -> String { bytes.map { "\($0 / 1_048_576) MiB" } ?? "?" }
        let most = info.integer("maxmemory") ?? 0
        let limit = most == 0 ? "no limit" : "of \(size(most))"
        return "\(size(info.countedMemory)) used, \(limit), \(info["maxmemory_policy"] ?? "?")"
    }

    private static func rows(_ report: DoctorReport) -> [[String]] {
        var rows = report.survey.partitions.sorted { $0.key < $1.key }.map { name, partitions in
            ["namespace", "\(name), partitions \(partitions.sorted().map(String.init).joined(separator: ", "))"]
        }
        if report.partitions > 1 { rows.append(["partitions", "\(report.partitions)"]) }
        guard let overview = report.overview else { return rows + [["data", "not looked at"]] }
        rows.append([
            "executions",
            "\(report.executions): \(overview.waiting) waiting, \(overview.due) due, \(overview.running) running, "
                + "\(overview.paused) parked",
        ])
        rows.append(["workers", "\(overview.workers.count)"])
        return rows
    }

    private static func block(_ finding: Finding) -> String {
        let outcome = finding.outcome == .found ? "" : ", \(finding.outcome.rawValue)"
        func text(_ text: String) -> String {
            let text = text.escapingControls
            return Terminal.columns.map { text.wrapped(to: $0, indent: indent) } ?? text
        }
        return """
            \(finding.severity.rawValue): \(finding.code)\(outcome)
              where  \(text(finding.place))
              what   \(text(finding.problem))
              do     \(text(finding.advice))
            """
    }

    private static func more(_ findings: FindingLog) -> [String] {
        let shown = Dictionary(grouping: findings.kept, by: \.code).mapValues(\.count)
        return findings.counts.sorted { $0.key < $1.key }.compactMap { code, count in
            let rest = count.total - (shown[code] ?? 0)
            return rest > 0 ? "… and \(rest) more of \(code) (--limit shows more)" : nil
        }
    }

    private static func summary(_ findings: FindingLog) -> String {
        let counts = Finding.Severity.allCases.compactMap { severity in
            let count = findings.total(severity)
            return count == 0 ? nil : "\(count) \(severity.rawValue)\(count > 1 && severity != .info ? "s" : "")"
        }
        guard !counts.isEmpty else { return "nothing found" }
        return "found: \(counts.joined(separator: ", "))" + (findings.mended > 0 ? "; mended: \(findings.mended)" : "")
    }
}
