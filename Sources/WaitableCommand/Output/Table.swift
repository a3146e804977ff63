/// Rows for people: columns as wide as their widest cell. Whatever a cell holds stays in it: control characters are shown
/// escaped.
struct Table {
    let header: [String]
    var rows: [[String]] = []

    /// Between two columns, and before cells below another one.
    private static let gap = 2
    /// The narrowest that the last column is wrapped to.
    private static let narrowest = 16

    /// The table, made for the terminal that it is printed on.
    var text: String { text(columns: Terminal.columns) }

    /// The table in lines of at most some columns.
    ///
    /// Where its rows are longer, the last column is wrapped within itself; where that does not suffice, each row's first
    /// cell stands in a line of its own, above the others.
    ///
    /// - Parameter columns: `nil` for any number: then each row is one line.
    func text(columns: Int?) -> String {
        let all = ([header] + rows).map { $0.map(\.escapingControls) }
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        /// What is left for the last of some cells; `nil` where there is room for all of it.
        func room(_ cells: Range<Int>, indent: Int) -> Int? {
            guard let columns, let last = cells.last else { return nil }
            let others = indent + widths[cells].dropLast().map { $0 + Self.gap }.reduce(0, +)
            return others + widths[last] <= columns ? nil : columns - others
        }
        let last = room(header.indices, indent: 0)
        if header.count <= 2 || last ?? .max >= Self.narrowest {
            let limit = last.map { max($0, 8) }
            return all.map { Self.line($0, header.indices, widths, last: limit, indent: 0) }.joined(separator: "\n")
        }
        let below = header.indices.dropFirst()
        let limit = room(below, indent: Self.gap).map { max($0, 8) }
        return all.map { row in
            let line = Self.line(row, below, widths, last: limit, indent: Self.gap)
            return line.isEmpty ? row[0] : "\(row[0])\n\(line)"
        }.joined(separator: "\n")
    }

    /// Some cells of a row, the last one in lines of at most `last` columns.
    private static func line(
        _ row: [String],
        _ cells: Range<Int>,
        _ widths: [Int],
        last limit: Int?,
        indent: Int
    ) -> String {
        guard let last = cells.last else { return "" }
        var line = String(repeating: " ", count: indent)
        for cell in cells.dropLast() {
            line += row[cell] + String(repeating: " ", count: widths[cell] - row[cell].count + gap)
        }
        line += limit.map { row[last].wrapped(to: line.count + $0, indent: line.count) } ?? row[last]
        return line.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
