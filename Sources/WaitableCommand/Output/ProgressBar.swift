import Foundation

/// How far a long command is, on standard error; nothing where that is no terminal.
struct ProgressBar {
    private let total: Int?
    private let isShown: Bool
    private let begun = ContinuousClock.now
    private var shown: ContinuousClock.Instant?

    private static let width = 30

    /// A bar for so many bytes; without a total, only what is done is shown.
    init(totalBytes total: Int?) {
        self.total = total
        isShown = isatty(FileHandle.standardError.fileDescriptor) == 1
    }

    /// Shows how much is done, at most ten times a second.
    mutating func show(done: Int, bytes: Int) {
        guard isShown else { return }
        let now = ContinuousClock.now
        if let shown, shown.duration(to: now) < .milliseconds(100), bytes != total { return }
        shown = now
        write("\r" + Self.line(done: done, bytes: bytes, total: total, seconds: begun.duration(to: now) / .seconds(1)))
    }

    /// Ends the line.
    func end() {
        if isShown, shown != nil { write("\n") }
    }

    /// The bar as text: `[#####     ]  45 %   45,000 items   11,842/s`
    static func line(done: Int, bytes: Int, total: Int?, seconds: Double) -> String {
        let rate = seconds > 0 ? "   \(Int(Double(done) / seconds))/s" : ""
        guard let total, total > 0 else { return "\(done) items\(rate)" }
        let part = min(1, Double(bytes) / Double(total))
        let filled = Int(part * Double(width))
        let bar = String(repeating: "#", count: filled) + String(repeating: " ", count: width - filled)
        let percent = "\(Int(part * 100))"
        return "[\(bar)] \(String(repeating: " ", count: 3 - percent.count))\(percent) %   \(done) items\(rate)"
    }

    private func write(_ text: String) { Notice.write(text) }
}
