import Foundation

/// The figures as a page with plots, without anything from outside.
struct Page {
    private let report: Report

    init(_ report: Report) { self.report = report }

    var html: String {
        let rows = report.figures.map { figure in
            "<tr class=\"\(figure.isMet.map { $0 ? "met" : "missed" } ?? "")\">"
                + figure.columns.map { "<td>\(Self.escaped($0))</td>" }.joined() + "</tr>"
        }
        let header = Figure.header.map { "<th>\($0)</th>" }.joined()
        return """
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><title>Waitable: performance</title>
            <style>
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em }
            table { border-collapse: collapse } td, th { padding: .2em .8em; text-align: left; border-bottom: 1px solid #ccc }
            .missed td:last-child { color: #b00020; font-weight: bold } svg text { font: 12px system-ui, sans-serif }
            </style>
            <h1>Waitable: performance</h1>
            <p>\(Self.escaped(report.machine.text))</p>
            <h2>Beside the floor</h2>
            \(bars(report.figures.compactMap { figure in figure.ratio.map { (figure, $0) } }, unit: " ×", mark: 1))
            <h2>Lateness, ms</h2>
            \(bars(report.figures.filter { $0.name.hasPrefix("lateness") && !$0.workload.hasPrefix("hot") }.map { ($0, $0.value) }, unit: " ms"))
            <h2>All figures</h2>
            <table><tr>\(header)</tr>
            \(rows.joined(separator: "\n"))
            </table>
            </html>

            """
    }

    /// Horizontal bars, one for each figure.
    ///
    /// - Parameter mark: Where a line is drawn through all of them.
    private func bars(_ figures: [(Figure, Double)], unit: String, mark: Double? = nil) -> String {
        let most = max(figures.map(\.1).max() ?? 1, mark ?? 0)
        let height = 22
        let left = 430
        let width = 420.0
        func x(_ value: Double) -> Int { left + Int(value / max(most, .leastNormalMagnitude) * width) }
        var lines = figures.enumerated().map { index, entry in
            let (figure, value) = entry
            let y = index * height
            return """
                <text x="\(left - 8)" y="\(y + 15)" text-anchor="end">\(Self.escaped(figure.workload + ": " + figure.name))</text>
                <rect x="\(left)" y="\(y + 4)" width="\(max(1, x(value) - left))" height="14" fill="#3367a8"/>
                <text x="\(x(value) + 6)" y="\(y + 15)">\(Figure.text(value))\(unit)</text>
                """
        }
        if let mark {
            lines.append(
                "<line x1=\"\(x(mark))\" x2=\"\(x(mark))\" y1=\"0\" y2=\"\(figures.count * height)\" stroke=\"#b00020\"/>"
            )
        }
        return "<svg width=\"950\" height=\"\(figures.count * height + 4)\">\n" + lines.joined(separator: "\n")
            + "\n</svg>"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
