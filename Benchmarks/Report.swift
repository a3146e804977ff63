import Foundation
import StatesLanguage

/// All figures of a run, with what they were measured on.
struct Report: Sendable {
    private(set) var figures: [Figure] = []
    let machine: Machine

    mutating func add(
        _ workload: String,
        _ name: String,
        _ value: Double,
        floor: Double? = nil,
        _ target: Figure.Target? = nil
    ) {
        figures.append(Figure(workload: workload, name: name, value: value, floor: floor, target: target))
        let line = figures[figures.count - 1].columns.filter { !$0.isEmpty }.joined(separator: "  ")
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    /// Percentiles of a lateness in ms.
    mutating func add(_ workload: String, _ lateness: Lateness, p50: Double? = nil, p99: Double? = nil) {
        add(workload, "lateness p50, ms", lateness.percentile(50), p50.map { .atMost($0) })
        add(workload, "lateness p99, ms", lateness.percentile(99), p99.map { .atMost($0) })
        add(workload, "lateness p99.9, ms", lateness.percentile(99.9))
        add(workload, "lateness max, ms", lateness.percentile(100))
        add(workload, "early", Double(lateness.early), .atMost(0))
    }

    private mutating func add(_ workload: String, _ name: String, _ value: Double, _ target: Figure.Target?) {
        add(workload, name, value, floor: nil, target)
    }

    /// For people, in a terminal.
    var table: String {
        let rows = [Figure.header] + figures.map(\.columns)
        let widths = Figure.header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
        }
        .joined(separator: "\n")
    }

    /// For documents.
    var markdown: String {
        let rows = [Figure.header, Figure.header.map { _ in "---" }] + figures.map(\.columns)
        return machine.text + "\n\n" + rows.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
            + "\n"
    }

    /// For machines.
    var json: JSON {
        .object(["machine": machine.json, "figures": .array(figures.map(\.json))])
    }
}
