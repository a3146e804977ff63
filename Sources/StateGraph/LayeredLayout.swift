/// Places the boxes of a graph in layers, so that edges run downwards, cross little and bend little, after
/// [Sugiyama, Tagawa and Toda](https://doi.org/10.1109/TSMC.1981.4308636).
///
/// Pure: it knows sizes and edges, not what they stand for. Lengths are in any unit; y grows downwards.
package struct LayeredLayout: Sendable {
    /// A width and a height.
    package struct Size: Sendable, Equatable {
        package var width, height: Double

        /// A width and a height.
        package init(width: Double, height: Double) {
            self.width = width
            self.height = height
        }
    }

    /// A place.
    package struct Point: Sendable, Equatable {
        package var x, y: Double

        /// A place.
        package init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// An edge between two boxes, with the size of its label.
    package struct Edge: Sendable {
        let from, to: Int
        let label: Size?

        /// An edge between two boxes, by their places in the list of boxes.
        package init(from: Int, to: Int, label: Size? = nil) {
            self.from = from
            self.to = to
            self.label = label
        }
    }

    /// Where an edge runs.
    package struct Route: Sendable {
        /// From the border of one box to that of the other.
        package internal(set) var points: [Point] = []
        /// The middle of its label.
        package internal(set) var label: Point?
    }

    /// The distances that are kept.
    package struct Spacing: Sendable {
        /// Between two boxes of a layer.
        package var between = 28.0
        /// Between two layers.
        package var layers = 32.0

        /// The usual distances.
        package init() {}
    }

    /// The upper left corner of each box.
    package private(set) var corners: [Point]
    /// The route of each edge.
    package private(set) var routes: [Route]
    /// What all of it takes.
    package private(set) var size: Size

    /// Places boxes.
    ///
    /// - Parameters:
    ///   - boxes: Their sizes. Those without an edge to them begin at the top, in order.
    ///   - edges: Between boxes, by their places in `boxes`; also loops and edges that lead back.
    package init(boxes: [Size], edges: [Edge], spacing: Spacing = Spacing()) {
        var layers = Layers(boxes: boxes, edges: edges)
        layers.order()
        let placed = Placement(layers, spacing)
        corners = boxes.indices.map { Point(x: placed.middles[$0] - boxes[$0].width / 2, y: placed.top(of: $0)) }
        routes = edges.indices.map { placed.route(of: edges[$0], chain: layers.chains[$0]) }
        size = placed.size
    }
}

/// What stands in a layer: a box, or a bend of an edge that passes through.
struct LayoutVertex {
    var size: LayeredLayout.Size
    var layer: Int
    var isBend = false
    /// The box at whose side it is, of a bend of an edge that leads back.
    var beside: Int?
    var above: [Int] = []
    var below: [Int] = []
}
