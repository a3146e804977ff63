/// A compiled JSONPath: where it begins, and the steps from there.
///
/// Source: Amazon States Language, "Paths"; the dialect is the one of the Java library that AWS uses.
struct Path: Sendable, Equatable {
    /// What `$` means.
    enum Root: Sendable, Equatable {
        /// `$`: the state's input, or its result.
        case data
        /// `$$`: the context object.
        case context
    }

    enum Segment: Sendable, Equatable {
        case key(String)
        /// Negative numbers count from the end.
        case index(Int)
        case wildcard
        case slice(from: Int?, to: Int?)
    }

    /// `$`.
    static let whole = Path(text: "$", root: .data, segments: [])

    /// As it was written.
    let text: String
    let root: Root
    let segments: [Segment]
    /// Whether it names one place: it misses where there is nothing, instead of giving an empty list.
    let isDefinite: Bool

    init(text: String, root: Root, segments: [Segment]) {
        self.text = text
        self.root = root
        self.segments = segments
        isDefinite = segments.allSatisfy(\.isDefinite)
    }

    /// Whether it is a reference path, as `ResultPath` needs it.
    var isReference: Bool { root == .data && isDefinite }

    /// The value at the path.
    ///
    /// - Throws: ``PathMiss`` where a definite path finds nothing.
    func value(in document: JSON) throws(PathMiss) -> JSON {
        try value(in: document, from: 0)
    }

    /// The value at the rest of the path, behind some steps that led to the document.
    func value(in document: JSON, from first: Int) throws(PathMiss) -> JSON {
        guard isDefinite else {
            return .array(segments[first...].reduce([document]) { values, segment in values.flatMap(segment.all) })
        }
        var value = document
        for position in first..<segments.count {
            guard let next = segments[position].step(into: value) else {
                throw PathMiss(path: self, position: position)
            }
            value = next
        }
        return value
    }
}

extension Path.Segment {
    var isDefinite: Bool {
        switch self {
        case .key, .index: true
        case .wildcard, .slice: false
        }
    }

    /// The one value that a definite step leads to.
    fileprivate func step(into value: JSON) -> JSON? {
        switch (self, value) {
        case (.key(let key), .object(let object)):
            return object[key]
        case (.index(let index), .array(let array)):
            let position = index < 0 ? array.count + index : index
            return array.indices.contains(position) ? array[position] : nil
        default:
            return nil
        }
    }

    /// All values that a step leads to; none where it leads nowhere.
    fileprivate func all(in value: JSON) -> [JSON] {
        switch (self, value) {
        case (.wildcard, .array(let array)):
            return array
        case (.wildcard, .object(let object)):
            return object.map(\.value)
        case (.slice(let from, let to), .array(let array)):
            func bound(_ index: Int) -> Int {
                min(max(index < 0 ? array.count + max(index, -array.count) : index, 0), array.count)
            }
            let start = bound(from ?? 0)
            let end = bound(to ?? array.count)
            return start < end ? Array(array[start..<end]) : []
        default:
            return step(into: value).map { [$0] } ?? []
        }
    }
}
