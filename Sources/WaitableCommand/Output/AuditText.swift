import WaitableOperations

/// An audit's report for people.
enum AuditText {
    /// What was looked at, the findings, and a line that sums them up.
    static func text(of report: AuditReport) -> String {
        var table = Table(header: ["LOOKED AT", ""])
        table.rows = [
            ["executions", "\(report.executions), \(report.closed) of them closed"],
            [
                "journals",
                "\(report.replayed) made again" + (report.notReplayed > 0 ? ", \(report.notReplayed) not" : "")
                    + (report.tooLong > 0 ? " (\(report.tooLong) need too much work: --replay-all)" : ""),
            ],
        ]
        if report.accepted > 0 { table.rows.append(["accepted", "\(report.accepted)"]) }
        let lateness = report.lateness
        if lateness.count > 0 {
            let parts = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)]
                .map { "\($0.0) \(lateness.percentile($0.1))" }
            table.rows.append([
                "lateness", "\(parts.joined(separator: ", ")), max \(lateness.longest) ms, of \(lateness.count) waits",
            ])
        }
        let findings = report.findings.kept.map { finding in
            "\(finding.code): \(finding.place.escapingControls)\n  \(finding.problem.escapingControls)"
        }
        let shown = Dictionary(grouping: report.findings.kept, by: \.code).mapValues(\.count)
        let more = report.findings.counts.sorted { $0.key < $1.key }.compactMap { code, count in
            let rest = count.total - (shown[code] ?? 0)
            return rest > 0 ? "… and \(rest) more of \(code) (--limit shows more)" : nil
        }
        let summary = report.isClean ? "nothing found" : "found: \(report.findings.open)"
        return ([table.text] + findings + more + [summary]).joined(separator: "\n\n")
    }
}
