import WaitableRedis

/// Findings: all of them counted, and of each code as many kept as are shown, so that a million of a kind need no more
/// room than a few.
package struct FindingLog: Sendable {
    /// How many there are of a code.
    package struct Count: Sendable, Equatable {
        /// How bad they are.
        package var severity: Finding.Severity
        /// All of them.
        package var total = 0
        /// Those that are mended.
        package var mended = 0
    }

    /// How many there are of each code.
    package private(set) var counts: [String: Count] = [:]  // own words
    private var all: [Finding] = []
    private let keptOfEach: Int

    /// An empty log.
    ///
    /// - Parameter keptOfEach: How many of each code are kept.
    package init(keptOfEach: Int) { self.keptOfEach = keptOfEach }

    /// Adds a finding.
    package mutating func add(_ finding: Finding) {
        var count = counts[finding.code] ?? Count(severity: finding.severity)
        count.total += 1
        if finding.outcome == .mended { count.mended += 1 }
        counts[finding.code] = count
        if count.total <= keptOfEach { all.append(finding) }
    }

    /// Those that are kept: the worst first, each severity in the order in which they were found.
    package var kept: [Finding] {
        Finding.Severity.allCases.flatMap { severity in all.filter { $0.severity == severity } }
    }

    /// How many there are of a severity.
    package func total(_ severity: Finding.Severity) -> Int {
        counts.values.filter { $0.severity == severity }.reduce(0) { $0 + $1.total }
    }

    /// How many are mended.
    package var mended: Int { counts.values.reduce(0) { $0 + $1.mended } }

    /// How many errors and warnings are not mended.
    package var open: Int { open(.error) + open(.warning) }

    /// How many of a severity are not mended.
    package func open(_ severity: Finding.Severity) -> Int {
        counts.values.filter { $0.severity == severity }.reduce(0) { $0 + $1.total - $1.mended }
    }
}
