package import StatesLanguage

/// What an audit saw.
package struct AuditReport: Sendable {
    /// What was found, each place an execution.
    package internal(set) var findings: FindingLog
    /// How many executions were looked at.
    package internal(set) var executions = 0
    /// How many of them have closed.
    package internal(set) var closed = 0
    /// How many were made again from their journals.
    package internal(set) var replayed = 0
    /// How many have a journal that was not made again: it is of another version, or of a revision that is gone, or there was not
    /// enough work for it.
    package internal(set) var notReplayed = 0
    /// For how many of those there was not enough work.
    package internal(set) var tooLong = 0
    /// How many starts clients were told of.
    package internal(set) var accepted = 0
    /// By how much waits were left late.
    package internal(set) var lateness = LatenessDistribution()

    init(shown: Int) { findings = FindingLog(keptOfEach: shown) }

    /// Whether nothing was found.
    package var isClean: Bool { findings.open == 0 }

    mutating func add(_ doubt: Doubt) {
        add(doubt.code, String(decoding: doubt.subject.name, as: UTF8.self), doubt.text)
    }

    mutating func add(_ code: String, _ place: String, _ text: String) {
        findings.add(Finding(code, .error, at: place, text, ""))
    }

    /// `{"executions","closed","replayed","notReplayed","tooLong","accepted","lateness","countsByCode","findings"}`
    package var json: JSON {
        var codes: JSONObject = [:]
        for (code, count) in findings.counts.sorted(by: { $0.key < $1.key }) {
            codes[code] = .integer(Int64(count.total))
        }
        return .object([
            "executions": .integer(Int64(executions)), "closed": .integer(Int64(closed)),
            "replayed": .integer(Int64(replayed)), "notReplayed": .integer(Int64(notReplayed)),
            "tooLong": .integer(Int64(tooLong)),
            "accepted": .integer(Int64(accepted)), "lateness": lateness.json, "countsByCode": .object(codes),
            "findings": .array(
                findings.kept.map { finding in
                    .object([
                        "code": .string(finding.code), "place": .string(finding.place),
                        "problem": .string(finding.problem),
                    ])
                }
            ),
        ])
    }
}
