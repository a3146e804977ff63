import Testing

@testable import StatesLanguage

/// A wait ends at a whole millisecond, rounded up; a comparison looks at every digit.
@Suite("Comparing timestamps", .timeLimit(.minutes(1)))
struct TimestampComparisonTests {
    @Test(
        "every digit of the fraction counts, zeros at its end do not",
        arguments: [
            (".0001Z", ".0009Z", -1), (".0009Z", ".0001Z", 1), (".001Z", ".0009Z", 1), (".0009Z", ".001Z", -1),
            (".001Z", ".0010001Z", -1), (".0011Z", ".00110Z", 0), (".1Z", ".100Z", 0), ("Z", ".000000Z", 0),
            (".123456789Z", ".123456788Z", 1), (".9999Z", ".9998Z", 1), (".00011Z", ".0001Z", 1),
            (".5+01:00", ".5Z", -1), (".0005+00:00", ".0005-00:00", 0),
        ]
    )
    func order(left: String, right: String, expected: Int) {
        let left = JSON.string("2026-01-01T00:00:00" + left)
        let right = JSON.string("2026-01-01T00:00:00" + right)
        let type = Comparison.ValueType.timestamp
        #expect(type.compare(left, .equals, right) == (expected == 0))
        #expect(type.compare(left, .lessThan, right) == (expected < 0))
        #expect(type.compare(left, .greaterThan, right) == (expected > 0))
        #expect(type.compare(left, .lessThanEquals, right) == (expected <= 0))
        #expect(type.compare(left, .greaterThanEquals, right) == (expected >= 0))
    }
}
