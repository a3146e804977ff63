/// Where the vertices of ordered layers stand.
struct Placement {
    /// The horizontal middle of each vertex.
    let middles: [Double]
    /// What all of it takes.
    let size: LayeredLayout.Size
    private let layers: Layers
    private let tops: [Double]
    private let heights: [Double]

    private static let rounds = 24

    init(_ layers: Layers, _ spacing: LayeredLayout.Spacing) {
        self.layers = layers
        heights = layers.rows.map { row in row.map { layers.vertices[$0].size.height }.max() ?? 0 }
        var tops: [Double] = []
        var bottom = 0.0
        for height in heights {
            tops.append(bottom)
            bottom += height + spacing.layers
        }
        self.tops = tops
        let middles = Self.middles(layers, spacing)
        let edges = zip(middles, layers.vertices).map { ($0 - $1.size.width / 2, $0 + $1.size.width / 2) }
        let left = edges.map(\.0).min() ?? 0
        let right = edges.map(\.1).max() ?? 0
        self.middles = middles.map { $0 - left }
        size = .init(width: right - left, height: max(bottom - spacing.layers, 0))
    }

    /// Each vertex goes towards the middle of its neighbours, as far as the others of its layer let it.
    private static func middles(_ layers: Layers, _ spacing: LayeredLayout.Spacing) -> [Double] {
        let vertices = layers.vertices
        var middles = Array(repeating: 0.0, count: vertices.count)
        /// The least distance between the middles of two that stand side by side.
        func distance(_ left: Int, _ right: Int) -> Double {
            let gap = vertices[left].isBend && vertices[right].isBend ? spacing.between / 2 : spacing.between
            return (vertices[left].size.width + vertices[right].size.width) / 2 + gap
        }
        func place(_ row: [Int], at wishes: [Double]) {
            guard !row.isEmpty else { return }
            // Pushed to the right, and pushed to the left: the mean of both keeps the distances, too.
            var pushedRight = wishes
            for index in row.indices.dropFirst() {
                pushedRight[index] = max(
                    pushedRight[index],
                    pushedRight[index - 1] + distance(row[index - 1], row[index])
                )
            }
            var pushedLeft = wishes
            for index in row.indices.dropLast().reversed() {
                pushedLeft[index] = min(
                    pushedLeft[index],
                    pushedLeft[index + 1] - distance(row[index], row[index + 1])
                )
            }
            for index in row.indices { middles[row[index]] = (pushedRight[index] + pushedLeft[index]) / 2 }
        }
        for row in layers.rows { place(row, at: row.map { _ in 0 }) }
        for round in 0..<rounds {
            for row in round.isMultiple(of: 2) ? layers.rows : layers.rows.reversed() {
                let wishes = row.map { vertex in
                    if let box = vertices[vertex].beside { return middles[box] + distance(box, vertex) }
                    let all = vertices[vertex].above + vertices[vertex].below
                    return all.isEmpty ? middles[vertex] : all.reduce(0) { $0 + middles[$1] } / Double(all.count)
                }
                place(row, at: wishes)
            }
        }
        return middles
    }

    /// The upper border of a vertex, in the middle of its layer.
    func top(of vertex: Int) -> Double {
        let layer = layers.vertices[vertex].layer
        return tops[layer] + (heights[layer] - layers.vertices[vertex].size.height) / 2
    }

    private func bottom(of vertex: Int) -> Double { top(of: vertex) + layers.vertices[vertex].size.height }

    private func point(_ vertex: Int, _ y: Double) -> LayeredLayout.Point { .init(x: middles[vertex], y: y) }

    /// The middle of a box's right border.
    private func side(of vertex: Int) -> LayeredLayout.Point {
        let size = layers.vertices[vertex].size
        return .init(x: middles[vertex] + size.width / 2, y: top(of: vertex) + size.height / 2)
    }

    private func loop(at box: Int, around bend: Int, label: Int?) -> LayeredLayout.Route {
        let side = side(of: box)
        let rise = layers.vertices[box].size.height / 4
        let (upper, lower) = (side.y - rise, side.y + rise)
        return .init(
            points: [.init(x: side.x, y: lower), point(bend, lower), point(bend, upper), .init(x: side.x, y: upper)],
            label: label.map { point($0, side.y) }
        )
    }

    func route(of edge: LayeredLayout.Edge, chain: Layers.Chain) -> LayeredLayout.Route {
        var route = LayeredLayout.Route()
        if edge.from == edge.to, let bend = chain.bends.first {
            return loop(at: edge.from, around: bend, label: chain.label)
        }
        route.points.append(chain.isBack ? side(of: edge.from) : point(edge.from, bottom(of: edge.from)))
        for bend in chain.bends {
            let layer = layers.vertices[bend].layer
            let ends = [point(bend, tops[layer]), point(bend, tops[layer] + heights[layer])]
            route.points += chain.isBack ? ends.reversed() : ends
        }
        route.points.append(chain.isBack ? side(of: edge.to) : point(edge.to, top(of: edge.to)))
        // A bend in the layer of a box leaves and arrives at the height of the box's middle.
        if chain.isBack, route.points.count >= 4 {
            route.points[1].y = route.points[0].y
            route.points[route.points.count - 2].y = route.points[route.points.count - 1].y
        }
        route.label = chain.label.map { label in
            let layer = layers.vertices[label].layer
            return point(label, tops[layer] + heights[layer] / 2)
        }
        return route
    }
}
