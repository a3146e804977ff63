/// A graph with a place for everything in it, in pixels.
struct GraphPicture {
    /// A node with its corner, and the pictures inside it, each at its place in the whole.
    struct Box {
        var node: StateGraph.Node
        var corner: LayeredLayout.Point
        var size: LayeredLayout.Size
        var inner: [(corner: LayeredLayout.Point, picture: GraphPicture)] = []
    }

    var boxes: [Box] = []
    var edges: [(edge: StateGraph.Edge, route: LayeredLayout.Route)] = []
    var size = LayeredLayout.Size(width: 0, height: 0)

    /// The height of the name and type of a state that holds others.
    static let header = 40.0
    private static let padding = 16.0
    private static let dot = LayeredLayout.Size(width: 16, height: 16)

    init(of graph: StateGraph) {
        boxes = graph.nodes.map(Self.box)
        let layout = LayeredLayout(
            boxes: boxes.map(\.size),
            edges: graph.edges.map { .init(from: $0.from, to: $0.to, label: Self.labelSize($0.label)) }
        )
        for (index, corner) in layout.corners.enumerated() {
            boxes[index].corner = corner
            for inner in boxes[index].inner.indices {
                boxes[index].inner[inner].corner.x += corner.x
                boxes[index].inner[inner].corner.y += corner.y
            }
        }
        edges = Array(zip(graph.edges, layout.routes))
        size = layout.size
    }

    private static func box(of node: StateGraph.Node) -> Box {
        let origin = LayeredLayout.Point(x: 0, y: 0)
        guard case .state(let type) = node.kind else { return Box(node: node, corner: origin, size: dot) }
        let text = max(width(of: node.name, 8.2), width(of: type, 6.6)) + 28
        var box = Box(node: node, corner: origin, size: .init(width: max(text, 96), height: 44))
        guard !node.workflows.isEmpty else { return box }
        var x = padding
        var height = 0.0
        for workflow in node.workflows {
            let picture = GraphPicture(of: workflow)
            box.inner.append((.init(x: x, y: header), picture))
            x += picture.size.width + padding
            height = max(height, picture.size.height)
        }
        // Those inside stand in the middle of a wide name.
        let shift = max(0, (box.size.width - x) / 2)
        for index in box.inner.indices { box.inner[index].corner.x += shift }
        box.size = .init(width: max(box.size.width, x), height: header + height + padding)
        return box
    }

    private static func labelSize(_ label: String) -> LayeredLayout.Size? {
        label.isEmpty ? nil : .init(width: width(of: label, 6.4) + 12, height: 18)
    }

    /// About how wide a text is.
    static func width(of text: String, _ character: Double) -> Double {
        text.unicodeScalars.reduce(0) { $0 + ($1.value < 0x1100 ? character : character * 1.8) }
    }
}
