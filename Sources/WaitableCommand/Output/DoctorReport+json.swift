import StatesLanguage
import WaitableHTTP
import WaitableOperations

extension DoctorReport {
    /// The same as JSON.
    var json: JSON {
        var object: JSONObject = [
            "redis": facts.json,
            "namespaces": survey.json, "partitions": .integer(Int64(partitions)),
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
