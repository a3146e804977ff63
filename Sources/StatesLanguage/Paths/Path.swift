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

    /// As it was written.
    let text: String
    let root: Root
    let segments: [Segment]

    /// Whether it names one place: it misses where there is nothing, instead of giving an empty list.
    var isDefinite: Bool {
        segments.allSatisfy {
            switch $0 {
            case .key, .index: true
            case .wildcard, .slice: false
            }
        }
    }

    /// Whether it is a reference path, as `ResultPath` needs it.
    var isReference: Bool { root == .data && isDefinite }

    /// The value at the path.
    ///
    /// - Throws: ``PathMiss`` where a definite path finds nothing.
    func value(in document: JSON) throws(PathMiss) -> JSON {
        if isDefinite {
            var value = document
            for (position, segment) in segments.enumerated() {
                guard let next = Self.step(segment, into: value) else {
                    throw PathMiss(path: self, position: position)
                }
                value = next
            }
            return value
        }
        var values = [document]
        for (position, segment) in segments.enumerated() {
            let next = values.flatMap { Self.all(segment, in: $0) }
            // Up to the first wildcard the path is as strict as a definite one.
            if next.isEmpty, segments[...position].allSatisfy({ $0.isDefinite }) {
                throw PathMiss(path: self, position: position)
            }
            values = next
        }
        return .array(values)
    }

    private static func step(_ segment: Segment, into value: JSON) -> JSON? {
        switch (segment, value) {
        case (.key(let key), .object(let object)): return object[key]
        case (.index(let index), .array(let array)):
            let position = index < 0 ? array.count + index : index
            return array.indices.contains(position) ? array[position] : nil
        default: return nil
        }
    }

    private static func all(_ segment: Segment, in value: JSON) -> [JSON] {
        switch (segment, value) {
        case (.wildcard, .array(let array)): return array
        case (.wildcard, .object(let object)): return object.map(\.value)
        case (.slice(let from, let to), .array(let array)):
            func bound(_ index: Int) -> Int { min(max(index < 0 ? array.count + index : index, 0), array.count) }
            let start = bound(from ?? 0)
            let end = bound(to ?? array.count)
            return start < end ? Array(array[start..<end]) : []
        case (.key, _), (.index, _): return step(segment, into: value).map { [$0] } ?? []
        default: return []
        }
    }
}

extension Path.Segment {
    fileprivate var isDefinite: Bool {
        switch self {
        case .key, .index: true
        case .wildcard, .slice: false
        }
    }
}

/// A definite path that found nothing.
struct PathMiss: Error {
    let path: Path
    /// Which step found nothing.
    let position: Int

    /// What AWS says of it: `No results for path: $['a']`, or `Missing property in path $['a']` for a step on the way.
    var reason: String {
        position == path.segments.count - 1
            ? "No results for path: \(Self.normal(path.segments[...position]))"
            : "Missing property in path \(Self.normal(path.segments[...position]))"
    }

    private static func normal(_ segments: ArraySlice<Path.Segment>) -> String {
        "$"
            + segments.map { segment in
                switch segment {
                case .key(let key): "['\(key)']"
                case .index(let index): "[\(index)]"
                case .wildcard: "[*]"
                case .slice(let from, let to): "[\(from.map(String.init) ?? ""):\(to.map(String.init) ?? "")]"
                }
            }.joined()
    }
}
