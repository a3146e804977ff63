import Testing

@testable import WaitableCommand

@Suite("Progress bars", .timeLimit(.minutes(1)))
struct ProgressBarTests {
    @Test(
        "A bar shows the share of the bytes, what is done, and how fast",
        arguments: [
            (0, 0, 100, 0.0, "[                              ]   0 %   0 items"),
            (45, 50, 100, 2, "[###############               ]  50 %   45 items   22/s"),
            (9, 100, 100, 1, "[##############################] 100 %   9 items   9/s"),
            // A file that grows meanwhile.
            (9, 250, 100, 1, "[##############################] 100 %   9 items   9/s"),
            // A pipe, and an empty file, have no total.
            (9, 250, nil, 3, "9 items   3/s"), (0, 0, 0, 0, "0 items"),
        ] as [(Int, Int, Int?, Double, String)]
    )
    func lines(done: Int, bytes: Int, total: Int?, seconds: Double, line: String) {
        #expect(ProgressBar.line(done: done, bytes: bytes, total: total, seconds: seconds) == line)
    }
}
