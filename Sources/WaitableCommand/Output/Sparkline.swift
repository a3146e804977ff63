/// Counts as a row of bars, for a terminal.
enum Sparkline {
    private static let bars = Array("▁▂▃▄▅▆▇█".unicodeScalars)

    /// A bar for each count, against the largest; a blank for nought.
    static func text(_ counts: [Int]) -> String {
        let most = max(counts.max() ?? 0, 1)
        var text = String.UnicodeScalarView()
        for count in counts {
            text.append(count <= 0 ? " " : bars[(count * bars.count - 1) / most])
        }
        return String(text)
    }
}
