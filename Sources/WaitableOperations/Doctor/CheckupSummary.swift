import RedisClient
package import StatesLanguage
package import WaitableRedis

/// What the doctor found last, in short, for whoever watches.
package struct CheckupSummary: Sendable, Equatable {
    /// When it was done, by the Redis clock.
    package var at: Instant
    /// Findings that are errors and are not mended.
    package var errors: Int
    /// Findings that are warnings and are not mended.
    package var warnings: Int
    /// Findings that it has mended.
    package var mended: Int
    /// How often each kind was found, by its code.
    package var codes: [(code: String, count: Int)]

    package static func == (one: CheckupSummary, other: CheckupSummary) -> Bool { one.json == other.json }

    /// A summary of a report.
    package init(_ report: DoctorReport, at instant: Instant) {
        at = instant
        errors = report.findings.open(.error)
        warnings = report.findings.open(.warning)
        mended = report.findings.mended
        codes = report.findings.counts.sorted { $0.key < $1.key }.map { (code: $0.key, count: $0.value.total) }
    }

    /// `{"at","errors","warnings","mended","codes": {code: count}}`
    package var json: JSON {
        var counts: JSONObject = [:]
        for (code, count) in codes { counts[code] = .integer(Int64(count)) }
        return .object([
            "at": .string(at.iso8601),
            "errors": .integer(Int64(errors)),
            "warnings": .integer(Int64(warnings)),
            "mended": .integer(Int64(mended)),
            "codes": .object(counts),
        ])
    }

    /// Reads a summary; `nil` where it is none.
    package init?(json: JSON) {
        guard let object = json.objectValue, let at = object["at"]?.stringValue.flatMap({ Instant(iso8601: $0) }),
            let errors = object["errors"]?.countValue, let warnings = object["warnings"]?.countValue,
            let mended = object["mended"]?.countValue, let counts = object["codes"]?.objectValue
        else { return nil }
        self.at = at
        self.errors = errors
        self.warnings = warnings
        self.mended = mended
        codes = []
        for (code, count) in counts {
            if let count = count.countValue { codes.append((code: code, count: count)) }
        }
    }
}

extension RedisStore {
    /// Keeps what the doctor found, for whoever watches.
    package func keep(_ summary: CheckupSummary) async throws(StoreError) {
        _ = try await send(RedisCommand("SET", keys.checkup, summary.json.text))
    }

    /// What the doctor found last; `nil` where it never looked.
    package func lastCheckup() async throws(StoreError) -> CheckupSummary? {
        guard let text = try await send(RedisCommand("GET", keys.checkup)).bytes, let json = try? JSON(parsing: text)
        else { return nil }
        return CheckupSummary(json: json)
    }
}
