import Algorithms
import Foundation

extension StateGraph {
    /// The graph as an SVG picture, light or dark as its viewer is.
    ///
    /// - Parameters:
    ///   - title: What it is a picture of, for those who do not see it.
    ///   - hasStyle: Whether it brings its colours; a page with a style sheet of its own wants none.
    package func svg(title: String, hasStyle: Bool = true) -> String {
        let picture = GraphPicture(of: self)
        let margin = 16.0
        let (width, height) = (picture.size.width + 2 * margin, picture.size.height + 2 * margin)
        var drawing = SVGDrawing()
        drawing.add(picture, at: .init(x: margin, y: margin))
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(SVGDrawing.text(width))" height="\(SVGDrawing.text(height))" \
            viewBox="0 0 \(SVGDrawing.text(width)) \(SVGDrawing.text(height))" role="img">
            <title>\(SVGDrawing.escaped(title))</title>
            \(hasStyle ? SVGDrawing.style : "")
            \(drawing.elements.joined(separator: "\n"))
            </svg>

            """
    }
}

/// The elements of an SVG picture.
private struct SVGDrawing {
    private(set) var elements: [String] = []

    /// The types that have a colour; any other text in the place of a type has none.
    private static let types: Set<Spelling> = ["Task", "Parallel", "Map", "Wait", "Choice", "Pass", "Succeed", "Fail"]

    /// Plain rules, without variables: not every viewer of pictures is a browser.
    static let style = """
        <style>
        text{font:13px ui-sans-serif,system-ui,sans-serif;fill:#1f2328;text-anchor:middle}
        .type,text.label{font-size:11px;fill:#59636e}
        rect{fill:#fff;stroke:#57606a;stroke-width:1.5}
        .group>rect{fill:#f6f8fa;stroke-dasharray:5 4}
        .label rect{fill:#fff;fill-opacity:.85;stroke:none}
        .edge{fill:none;stroke:#57606a;stroke-width:1.5}
        .ring{fill:none;stroke:#57606a;stroke-width:2}
        .arrow,.dot{fill:#57606a}
        .edge.error{stroke:#cf222e;stroke-dasharray:4 3}
        .arrow.error{fill:#cf222e}
        .Task>rect,.Parallel>rect,.Map>rect{stroke:#0969da}
        .Wait>rect{stroke:#9a6700}
        .Choice>rect{stroke:#8250df}
        .Succeed>rect{stroke:#1a7f37}
        .Fail>rect{stroke:#cf222e}
        @media(prefers-color-scheme:dark){
        text{fill:#f0f6fc}.type,text.label{fill:#9198a1}
        rect{fill:#151b23;stroke:#9198a1}.group>rect,.label rect{fill:#0d1117}
        .edge,.ring{stroke:#9198a1}.arrow,.dot{fill:#9198a1}
        .edge.error,.Fail>rect{stroke:#f85149}.arrow.error{fill:#f85149}
        .Task>rect,.Parallel>rect,.Map>rect{stroke:#4493f8}.Wait>rect{stroke:#d29922}
        .Choice>rect{stroke:#ab7df8}.Succeed>rect{stroke:#3fb950}
        }
        </style>
        """

    mutating func add(_ picture: GraphPicture, at origin: LayeredLayout.Point) {
        for (edge, route) in picture.edges { add(edge, route, at: origin) }
        for box in picture.boxes { add(box, at: origin) }
        for (edge, route) in picture.edges {
            guard let middle = route.label else { continue }
            let (x, y) = (origin.x + middle.x, origin.y + middle.y)
            let width = GraphPicture.width(of: edge.label, 6.4) + 8
            elements.append(
                #"<g class="label"><rect x="\#(Self.text(x - width / 2))" y="\#(Self.text(y - 9))" "#
                    + #"width="\#(Self.text(width))" height="18" rx="3"/><text class="label" x="\#(Self.text(x))" "#
                    + #"y="\#(Self.text(y + 4))">\#(Self.escaped(edge.label))</text></g>"#
            )
        }
    }

    private mutating func add(_ box: GraphPicture.Box, at origin: LayeredLayout.Point) {
        let (x, y) = (origin.x + box.corner.x, origin.y + box.corner.y)
        let middle = x + box.size.width / 2
        switch box.node.kind {
        case .start:
            elements.append(#"<circle class="dot" cx="\#(Self.text(middle))" cy="\#(Self.text(y + 8))" r="7"/>"#)
        case .end:
            elements.append(#"<circle class="ring" cx="\#(Self.text(middle))" cy="\#(Self.text(y + 8))" r="7"/>"#)
            elements.append(#"<circle class="dot" cx="\#(Self.text(middle))" cy="\#(Self.text(y + 8))" r="3.5"/>"#)
        case .state(let type):
            let isGroup = !box.inner.isEmpty
            let classes = (Self.types.contains(Spelling(type)) ? type : "") + (isGroup ? " group" : "")
            elements.append(
                #"<g class="state \#(classes)"><rect x="\#(Self.text(x))" y="\#(Self.text(y))" "#
                    + #"width="\#(Self.text(box.size.width))" height="\#(Self.text(box.size.height))" rx="8"/>"#
                    + #"<text x="\#(Self.text(middle))" y="\#(Self.text(y + 19))">\#(Self.escaped(box.node.name))</text>"#
                    + #"<text class="type" x="\#(Self.text(middle))" y="\#(Self.text(y + 34))">\#(Self.escaped(type))</text></g>"#
            )
            for inner in box.inner {
                add(inner.picture, at: .init(x: origin.x + inner.corner.x, y: origin.y + inner.corner.y))
            }
        }
    }

    private mutating func add(_ edge: StateGraph.Edge, _ route: LayeredLayout.Route, at origin: LayeredLayout.Point) {
        let points = route.points.map { LayeredLayout.Point(x: $0.x + origin.x, y: $0.y + origin.y) }
        guard let first = points.first, let last = points.last, points.count >= 2 else { return }
        let kind = edge.kind == .error ? " error" : ""
        var path = "M\(Self.text(first.x)) \(Self.text(first.y))"
        for (from, to) in points.adjacentPairs() {
            if from.x == to.x || from.y == to.y {
                path += "L\(Self.text(to.x)) \(Self.text(to.y))"
            } else {
                let middle = Self.text((from.y + to.y) / 2)
                path +=
                    "C\(Self.text(from.x)) \(middle) \(Self.text(to.x)) \(middle) \(Self.text(to.x)) \(Self.text(to.y))"
            }
        }
        elements.append(#"<path class="edge\#(kind)" d="\#(path)"/>"#)
        // The head points down into a box, or to the left into its side.
        let before = points[points.count - 2]
        let head =
            before.y == last.y
            ? [(0.0, 0.0), (7, -4), (7, 4)] : [(0.0, 0.0), (-4, -7), (4, -7)]
        let corners = head.map { "\(Self.text(last.x + $0.0)),\(Self.text(last.y + $0.1))" }
        elements.append(#"<polygon class="arrow\#(kind)" points="\#(corners.joined(separator: " "))"/>"#)
    }

    /// A length with one decimal at most.
    static func text(_ length: Double) -> String {
        let tenths = Int((length * 10).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            // XML has no way to write other controls.
            case _ where scalar.value < 0x20 || scalar.value == 0x7F || scalar.value & 0xFFFE == 0xFFFE:
                escaped += "\u{FFFD}"
            case _ where scalar.isControl: escaped += "&#\(scalar.value);"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
