import Testing

@testable import WaitableCommand

/// Counts as bars.
struct SparklineTests {
    @Test(
        "The largest count is a whole bar, nought is a blank, and what there is at all is seen",
        arguments: [
            ([], ""), ([0, 0], "  "), ([1], "█"), ([1, 2, 4, 8], "▁▂▄█"), ([1, 0, 1_000_000], "▁ █"),
            ([5, -1, 5], "█ █"),
        ] as [([Int], String)]
    )
    func text(counts: [Int], expected: String) { #expect(Sparkline.text(counts) == expected) }
}
