import RedisClient
import StatesLanguage
import Waitable
package import WaitableRedis

/// Looks at a Redis and at what Waitable keeps in it: whether it is set up to lose nothing, and whether every invariant
/// holds; and mends, when asked, what can be mended.
package struct Doctor: Sendable {
    private let partitions: Partitions
    private let itemTable: String
    private let policy: ReadinessPolicy
    private let shown: Int

    /// A doctor for one namespace.
    ///
    /// - Parameters:
    ///   - itemTable: The table of the waitable pattern's items.
    ///   - policy: What ingest is set to accept.
    ///   - shown: How many findings of each kind the report keeps.
    package init(partitions: Partitions, itemTable: String, policy: ReadinessPolicy, shown: Int = 20) {
        self.partitions = partitions
        self.itemTable = itemTable
        self.policy = policy
        self.shown = shown
    }

    /// Looks at everything.
    ///
    /// Safe on a live system, however large: it reads in pages, rests as long as it works, and reports only what was so
    /// at one instant.
    /// - Parameter mends: Whether to mend what can be mended.
    package func examine(mends: Bool) async throws -> DoctorReport {
        var loaded = false
        var problem: String?
        if mends {
            do {
                for server in partitions.servers {
                    loaded = try await server.loadFunctions(ifChanged: true) || loaded
                }
            } catch {
                guard case .refused = error else { throw error }
                problem = "\(error)"
            }
        }
        var server = ServerCheckup(store: partitions.home, policy: policy, findings: FindingLog(keptOfEach: shown))
        try await server.run()
        for store in partitions.servers.dropFirst() {
            var other = ServerCheckup(store: store, policy: policy, findings: server.findings)
            try await other.run()
            server.findings = other.findings
        }
        var report = DoctorReport(facts: server.facts, findings: server.findings)
        if loaded {
            report.findings.add(
                Finding(
                    "functions-missing",
                    .error,
                    at: "functions",
                    "The function library was missing, older than this build's, or another text under its version.",
                    "Mended: version \(FunctionLibrary.version) is loaded.",
                    outcome: .mended
                )
            )
        } else if let problem {
            report.findings.add(
                Finding(
                    "functions-refused",
                    .error,
                    at: "functions",
                    problem,
                    "Give the user +function|load.",
                    outcome: .left
                )
            )
        }
        // Without this build's functions the data cannot be judged; that is a finding already.
        guard server.facts.functions ?? 0 >= FunctionLibrary.version else { return report }
        var data = DataCheckup(partitions: partitions, itemTable: itemTable, mends: mends, findings: report.findings)
        do {
            if try await data.run() {
                report.overview = try await partitions.overview()
                try await RegistryCheckup(store: partitions.home, mends: mends).run(&data.findings)
            }
        } catch let error as StoreError {
            guard error.isNotAllowed else { throw error }
            data.findings.add(.unexamined("\(error)"))
        }
        report.findings = data.findings
        report.survey = data.survey
        report.executions = data.executions
        checkWork(&report)
        return report
    }

    /// Whether what is due is worked on.
    private func checkWork(_ report: inout DoctorReport) {
        guard let overview = report.overview else { return }
        let (keys, count) = (partitions.home.keys, partitions.stores.count)
        report.partitions = count
        if let known = report.survey.partitions[keys.namespace] {
            for partition in known.sorted() where partition >= count {
                report.findings.add(
                    Finding(
                        "partition-unserved",
                        .warning,
                        at: Keys(namespace: keys.namespace, partition: partition).prefix,
                        "There are keys of a partition that nobody works on.",
                        count == 1
                            ? "Were they written by hand? The partition is \(keys.prefix)."
                            : "Were they written by hand? The partitions are \(keys.prefix) to"
                                + " \(Keys(namespace: keys.namespace, partition: count - 1).prefix)."
                    )
                )
            }
        }
        if overview.workers.isEmpty, overview.due + overview.waiting > 0 {
            report.findings.add(
                Finding(
                    "no-workers",
                    .warning,
                    at: keys.workers,
                    "No worker has reported itself, and \(overview.due + overview.waiting) executions wait or are due.",
                    "Start waitable worker with this namespace."
                )
            )
        }
        // A minute is far beyond what a working stack needs: its workers are gone, or too few.
        if overview.oldestOverdueMilliseconds > 60_000 {
            report.findings.add(
                Finding(
                    "overdue",
                    .warning,
                    at: keys.due,
                    "Due and held by no worker: \(overview.due), the oldest for \(overview.oldestOverdueMilliseconds / 1_000) s.",
                    "Look whether workers run and keep up (waitable watch); start more of them."
                )
            )
        }
    }
}
