import Algorithms

/// The layers of a layout: which box is in which, with the bends of the edges that pass through, in an order of few
/// crossings.
struct Layers {
    private(set) var vertices: [LayoutVertex]
    /// The vertices of each layer, from left to right.
    private(set) var rows: [[Int]] = []
    /// The bends of each edge, from its start to its end.
    private(set) var chains: [Chain] = []

    /// The way of an edge.
    struct Chain {
        var bends: [Int] = []
        /// The bend that holds the label.
        var label: Int?
        /// Whether it leads upwards or stays: it leaves and arrives at the side.
        var isBack = false
    }

    private static let sweeps = 8

    init(boxes: [LayeredLayout.Size], edges: [LayeredLayout.Edge]) {
        vertices = boxes.map { LayoutVertex(size: $0, layer: 0) }
        let isBack = Self.backEdges(boxes.count, edges)
        assignLayers(edges, isBack)
        for (edge, isBack) in zip(edges, isBack) { addChain(edge, isBack: isBack) }
        rows = Array(repeating: [], count: (vertices.map(\.layer).max() ?? -1) + 1)
        for index in vertices.indices { rows[vertices[index].layer].append(index) }
    }

    // MARK: Layers

    /// Which edges lead back to a box on the way to their start, or to the same box.
    private static func backEdges(_ count: Int, _ edges: [LayeredLayout.Edge]) -> [Bool] {
        var outgoing = Array(repeating: [Int](), count: count)
        var isEntered = Array(repeating: false, count: count)
        for (index, edge) in edges.enumerated() {
            outgoing[edge.from].append(index)
            isEntered[edge.to] = true
        }
        enum Visit { case none, open, closed }
        var visits = Array(repeating: Visit.none, count: count)
        var isBack = Array(repeating: false, count: edges.count)
        for root in (0..<count).filter({ !isEntered[$0] }) + Array(0..<count) where visits[root] == .none {
            visits[root] = .open
            var stack = [(box: root, next: 0)]
            while let (box, next) = stack.last {
                guard next < outgoing[box].count else {
                    visits[box] = .closed
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].next += 1
                let edge = outgoing[box][next]
                switch visits[edges[edge].to] {
                case .none:
                    visits[edges[edge].to] = .open
                    stack.append((edges[edge].to, 0))
                case .open: isBack[edge] = true
                case .closed: break
                }
            }
        }
        return isBack
    }

    /// Each box is one layer below the lowest that leads to it, and two where a label stands between.
    private mutating func assignLayers(_ edges: [LayeredLayout.Edge], _ isBack: [Bool]) {
        var outgoing = Array(repeating: [Int](), count: vertices.count)
        var missing = Array(repeating: 0, count: vertices.count)
        for (index, edge) in edges.enumerated() where !isBack[index] {
            outgoing[edge.from].append(index)
            missing[edge.to] += 1
        }
        var ready = vertices.indices.filter { missing[$0] == 0 }
        while let box = ready.popLast() {
            for index in outgoing[box] {
                let edge = edges[index]
                vertices[edge.to].layer = max(
                    vertices[edge.to].layer,
                    vertices[box].layer + (edge.label == nil ? 1 : 2)
                )
                missing[edge.to] -= 1
                if missing[edge.to] == 0 { ready.append(edge.to) }
            }
        }
    }

    private mutating func addChain(_ edge: LayeredLayout.Edge, isBack: Bool) {
        let from = vertices[edge.from].layer
        let to = vertices[edge.to].layer
        var chain = Chain(isBack: isBack)
        // One that leads back runs beside its boxes, in their layers too.
        let crossed = isBack ? Array((to...from).reversed()) : Array(from + 1..<max(to, from + 1))
        for layer in crossed {
            chain.bends.append(vertices.count)
            vertices.append(LayoutVertex(size: .init(width: 1, height: 0), layer: layer, isBend: true))
        }
        if isBack {
            for (bend, box) in [(chain.bends.first, edge.from), (chain.bends.last, edge.to)] {
                if let bend { vertices[bend].beside = box }
            }
        }
        if let label = edge.label, let bend = chain.bends.first {
            vertices[bend].size = label
            chain.label = bend
        }
        let path = isBack ? chain.bends.reversed() : [edge.from] + chain.bends + [edge.to]
        for (upper, lower) in path.adjacentPairs() {
            vertices[upper].below.append(lower)
            vertices[lower].above.append(upper)
        }
        chains.append(chain)
    }

    // MARK: Order

    /// Orders each layer by the middle of its neighbours' places, downwards and upwards in turn.
    mutating func order() {
        for sweep in 0..<Self.sweeps {
            let isDown = sweep.isMultiple(of: 2)
            var places = Array(repeating: 0.0, count: vertices.count)
            for row in isDown ? rows.indices.map({ $0 }) : rows.indices.reversed() {
                var keys = rows[row].enumerated().map { place, vertex in
                    let neighbours = isDown ? vertices[vertex].above : vertices[vertex].below
                    guard !neighbours.isEmpty else { return Double(place) / Double(max(rows[row].count, 1)) }
                    return neighbours.reduce(0) { $0 + places[$1] } / Double(neighbours.count)
                }
                for (index, vertex) in rows[row].enumerated() {
                    guard let box = vertices[vertex].beside, let place = rows[row].firstIndex(of: box) else { continue }
                    keys[index] = keys[place].nextUp
                }
                let order = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
                rows[row] = order.map { rows[row][$0] }
                for (place, vertex) in rows[row].enumerated() {
                    places[vertex] = Double(place) / Double(max(rows[row].count, 1))
                }
            }
        }
    }
}
