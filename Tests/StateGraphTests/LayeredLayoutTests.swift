import StateGraph
import Testing

@Suite("A layered layout", .timeLimit(.minutes(1)))
struct LayeredLayoutTests {
    private static func box(_ width: Double = 100, _ height: Double = 40) -> LayeredLayout.Size {
        .init(width: width, height: height)
    }

    @Test("Edges run downwards, from the lower border of one box to the upper one of the next")
    func chain() {
        let boxes = [Self.box(), Self.box(60), Self.box(200)]
        let layout = LayeredLayout(boxes: boxes, edges: [.init(from: 0, to: 1), .init(from: 1, to: 2)])
        #expect(layout.corners.map { $0.y } == [0, 72, 144])
        // Their middles stand in one line.
        #expect(zip(layout.corners, boxes).map { $0.x + $1.width / 2 } == [100, 100, 100])
        #expect(layout.routes[0].points == [.init(x: 100, y: 40), .init(x: 100, y: 72)])
        #expect(layout.size == Self.box(200, 184))
    }

    @Test("What stands side by side keeps its distance, and an edge past a layer has its own way through it")
    func passing() throws {
        let boxes = Array(repeating: Self.box(), count: 4)
        let edges: [LayeredLayout.Edge] = [
            .init(from: 0, to: 1), .init(from: 1, to: 2), .init(from: 0, to: 2), .init(from: 0, to: 3),
        ]
        let layout = LayeredLayout(boxes: boxes, edges: edges)
        let bend = layout.routes[2].points[1].x
        for corner in [layout.corners[1], layout.corners[3]] {
            #expect(bend < corner.x || bend > corner.x + 100, "\(layout)")
        }
    }

    @Test("A label stands on its edge, in a layer of its own")
    func label() throws {
        let edge = LayeredLayout.Edge(from: 0, to: 1, label: .init(width: 80, height: 18))
        let layout = LayeredLayout(boxes: [Self.box(), Self.box()], edges: [edge])
        let label = try #require(layout.routes[0].label)
        #expect(label.y - 9 >= 40 && label.y + 9 <= layout.corners[1].y)
    }

    @Test("Edges that lead back, and loops, run beside their boxes")
    func back() {
        let boxes = Array(repeating: Self.box(), count: 3)
        let edges: [LayeredLayout.Edge] = [
            .init(from: 0, to: 1), .init(from: 1, to: 2), .init(from: 2, to: 0), .init(from: 1, to: 1),
        ]
        let layout = LayeredLayout(boxes: boxes, edges: edges)
        #expect(layout.corners[0].y < layout.corners[1].y && layout.corners[1].y < layout.corners[2].y)
        for edge in [2, 3] {
            let points = layout.routes[edge].points
            #expect(
                points.dropFirst().dropLast().allSatisfy { point in
                    !layout.corners.contains {
                        $0.x < point.x && point.x < $0.x + 100 && $0.y < point.y && point.y < $0.y + 40
                    }
                }
            )
        }
    }

    @Test(
        "Boxes never overlap and all lies within the size, whatever the edges; the same again is the same",
        arguments: 0..<60
    )
    func random(seed: UInt64) {
        var generator = Random(state: seed)
        let count = Int.random(in: 1...24, using: &generator)
        let boxes = (0..<count).map { _ in
            Self.box(.random(in: 16...300, using: &generator), .random(in: 16...120, using: &generator))
        }
        let edges = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
            LayeredLayout.Edge(
                from: .random(in: 0..<count, using: &generator),
                to: .random(in: 0..<count, using: &generator),
                label: Bool.random(using: &generator) ? .init(width: 50, height: 18) : nil
            )
        }
        let layout = LayeredLayout(boxes: boxes, edges: edges)
        let rooms = zip(layout.corners, boxes).map {
            (left: $0.x, top: $0.y, right: $0.x + $1.width, bottom: $0.y + $1.height)
        }
        for (index, one) in rooms.enumerated() {
            #expect(one.left >= -0.001 && one.top >= 0 && one.right <= layout.size.width + 0.001)
            #expect(one.bottom <= layout.size.height + 0.001)
            for other in rooms[..<index] {
                let isApart =
                    one.right <= other.left || other.right <= one.left || one.bottom <= other.top
                    || other.bottom <= one.top
                #expect(isApart, "\(one) \(other)")
            }
        }
        #expect(
            layout.routes.allSatisfy { $0.points.count >= 2 && $0.points.allSatisfy { $0.x.isFinite && $0.y.isFinite } }
        )
        let again = LayeredLayout(boxes: boxes, edges: edges)
        #expect(again.corners == layout.corners && again.routes.map(\.points) == layout.routes.map(\.points))
    }

    @Test("Nothing has no size")
    func empty() {
        #expect(LayeredLayout(boxes: [], edges: []).size == .init(width: 0, height: 0))
    }
}

/// The same numbers for the same seed: SplitMix64.
struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
