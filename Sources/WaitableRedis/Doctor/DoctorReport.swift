package import StatesLanguage

/// What the doctor saw.
package struct DoctorReport: Sendable {
    /// What Redis says of itself.
    package internal(set) var facts: ServerFacts
    /// What was found.
    package internal(set) var findings: FindingLog
    /// Which namespaces there are.
    package internal(set) var survey = NamespaceSurvey()
    /// How many executions were looked at.
    package internal(set) var executions = 0
    /// What waits, is due and runs; `nil` where the data could not be looked at.
    package internal(set) var overview: Overview?

    init(facts: ServerFacts, findings: FindingLog) {
        self.facts = facts
        self.findings = findings
    }

    /// The same as JSON.
    package var json: JSON {
        var object: JSONObject = [
            "redis": facts.json,
            "namespaces": survey.json,
            "executions": .integer(Int64(executions)),
        ]
        object["overview"] = overview?.json
        var counts: JSONObject = [:]
        for severity in Finding.Severity.allCases {
            counts[severity.rawValue] = .integer(Int64(findings.total(severity)))
        }
        counts["mended"] = .integer(Int64(findings.mended))
        counts["open"] = .integer(Int64(findings.open))
        object["counts"] = .object(counts)
        var codes: JSONObject = [:]
        for (code, count) in findings.counts.sorted(by: { $0.key < $1.key }) {
            codes[code] = .integer(Int64(count.total))
        }
        object["countsByCode"] = .object(codes)
        object["findings"] = .array(findings.kept.map(\.json))
        return .object(object)
    }
}
