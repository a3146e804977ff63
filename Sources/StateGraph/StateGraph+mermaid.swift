extension StateGraph {
    /// The graph as a flowchart for [Mermaid](https://mermaid.js.org), which renders in Markdown on many sites.
    package func mermaid() -> String {
        var lines = ["flowchart TD"]
        addMermaid(to: &lines, prefix: "n", indent: "  ")
        return lines.joined(separator: "\n") + "\n"
    }

    private func addMermaid(to lines: inout [String], prefix: String, indent: String) {
        for (place, node) in nodes.enumerated() {
            let id = "\(prefix)\(place)"
            switch node.kind {
            case .start: lines.append(#"\#(indent)\#(id)((" "))"#)
            case .end: lines.append(#"\#(indent)\#(id)(((" ")))"#)
            case .state(let type) where node.workflows.isEmpty:
                let shape = type == "Choice" ? ("{\"", "\"}") : ("(\"", "\")")
                lines.append(
                    "\(indent)\(id)\(shape.0)\(Self.mermaid(node.name))<br/><small>\(Self.mermaid(type))</small>\(shape.1)"
                )
            case .state(let type):
                lines.append(#"\#(indent)subgraph \#(id) ["\#(Self.mermaid("\(node.name) (\(type))"))"]"#)
                for (index, workflow) in node.workflows.enumerated() {
                    workflow.addMermaid(to: &lines, prefix: "\(id)_\(index)_", indent: indent + "  ")
                }
                lines.append("\(indent)end")
            }
        }
        for edge in edges {
            let arrow = edge.kind == .error ? "-.->" : "-->"
            let label = edge.label.isEmpty ? "" : #"|"\#(Self.mermaid(edge.label))"|"#
            lines.append("\(indent)\(prefix)\(edge.from) \(arrow)\(label) \(prefix)\(edge.to)")
        }
    }

    /// What stands for itself, beside letters.
    private static let marks = "0123456789 -_.,:()$=≥".unicodeScalars

    /// A text in quotes: everything that could mean something to Mermaid or HTML is a character reference.
    private static func mermaid(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            let isPlain = scalar.properties.isAlphabetic || marks.contains(scalar)
            if isPlain { escaped.unicodeScalars.append(scalar) } else { escaped += "#\(scalar.value);" }
        }
        return escaped
    }
}
