/// A definite path that found nothing, or a variable that has no value.
struct PathMiss: Error {
    let path: Path
    /// Which step found nothing; `nil` where the variable has no value.
    let position: Int?

    /// What AWS says of it: `No results for path: $['a']`, or `Missing property in path $['a']` for a step on the way.
    var reason: String {
        guard let position else { return "The variable has no value." }
        let place = "$" + path.segments[...position].map(Self.normal).joined()
        return position == path.segments.count - 1
            ? "No results for path: \(place)" : "Missing property in path \(place)"
    }

    private static func normal(_ segment: Path.Segment) -> String {
        switch segment {
        case .key(let key): "['\(key)']"
        case .index(let index): "[\(index)]"
        case .keys(let keys): "[" + keys.map { "'\($0)'" }.joined(separator: ",") + "]"
        // No step of a definite path.
        case .indexes, .wildcard, .slice, .filter, .deep: "[…]"
        }
    }
}
