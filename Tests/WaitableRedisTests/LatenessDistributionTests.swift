import Testing

@testable import WaitableOperations

@Suite("Lateness distribution")
struct LatenessDistributionTests {
    @Test("a percentile is at most 6.25 % above the exact one, and never above the longest")
    func percentiles() {
        var distribution = LatenessDistribution()
        let values = (0..<1_000).map { Int64($0 * $0) }
        for value in values { distribution.add(value) }
        #expect(distribution.count == 1_000)
        #expect(distribution.longest == 998_001)
        for part in [0.001, 0.01, 0.5, 0.9, 0.99, 0.999, 1] {
            let exact = values[Int((1_000 * part).rounded(.up)) - 1]
            let found = distribution.percentile(part)
            #expect(found >= exact, "\(part)")
            #expect(Double(found) <= Double(exact) * 1.0625, "\(part)")
        }
        #expect(distribution.percentile(1) == 998_001)
    }

    @Test("without waits, and with the longest that there can be, it has an answer")
    func extremes() {
        var distribution = LatenessDistribution()
        #expect(distribution.percentile(0.5) == 0)
        distribution.add(.max)
        distribution.add(0)
        #expect(distribution.percentile(0.5) == 0)
        #expect(distribution.percentile(1) == .max)
    }
}
