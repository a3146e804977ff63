extension StateGraph {
    /// The graph in the language of [Graphviz](https://graphviz.org/doc/info/lang.html).
    package func dot() -> String {
        var lines = [
            "digraph {", #"  node [shape=box, style=rounded, fontname="sans-serif", fontsize=12]"#,
            #"  edge [fontname="sans-serif", fontsize=10]"#,
        ]
        addDOT(to: &lines, prefix: "n", indent: "  ")
        lines.append("}")
        return lines.joined(separator: "\n") + "\n"
    }

    private func addDOT(to lines: inout [String], prefix: String, indent: String) {
        for (place, node) in nodes.enumerated() {
            let id = "\(prefix)\(place)"
            switch node.kind {
            case .start: lines.append(#"\#(indent)\#(id) [shape=point, width=0.15]"#)
            case .end: lines.append(#"\#(indent)\#(id) [shape=doublecircle, label="", width=0.12]"#)
            case .state(let type):
                let label = #"\#(Self.quoted(node.name))\n\#(Self.quoted(type))"#
                guard !node.workflows.isEmpty else {
                    lines.append(#"\#(indent)\#(id) [label="\#(label)"]"#)
                    continue
                }
                // Edges end at a node: the name of the cluster stands for all of it.
                lines.append("\(indent)subgraph cluster_\(id) {")
                lines.append(#"\#(indent)  style="rounded,dashed""#)
                lines.append(#"\#(indent)  \#(id) [label="\#(label)"]"#)
                for (index, workflow) in node.workflows.enumerated() {
                    workflow.addDOT(to: &lines, prefix: "\(id)_\(index)_", indent: indent + "  ")
                    lines.append("\(indent)  \(id) -> \(id)_\(index)_0 [style=dotted, arrowhead=none]")
                }
                lines.append("\(indent)}")
            }
        }
        for edge in edges {
            var attributes = edge.label.isEmpty ? [] : [#"label="\#(Self.quoted(edge.label))""#]
            if edge.kind == .error { attributes.append("style=dashed") }
            let suffix = attributes.isEmpty ? "" : " [\(attributes.joined(separator: ", "))]"
            lines.append("\(indent)\(prefix)\(edge.from) -> \(prefix)\(edge.to)\(suffix)")
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = ""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            switch scalar {
            case _ where scalar.value < 0x20: quoted += " "
            case _ where scalar.isControl: quoted += "&#\(scalar.value);"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted
    }
}
