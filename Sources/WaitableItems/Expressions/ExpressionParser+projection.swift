extension ExpressionParser {
    /// Parses a whole `ProjectionExpression`.
    mutating func projection() throws(ItemProblem) -> [DocumentPath] {
        var paths: [DocumentPath] = []
        repeat {
            let path = try documentPath()
            for other in paths {
                guard let clash = other.clash(with: path) else { continue }
                throw invalid(
                    "Two document paths \(clash) with each other; must remove or rewrite one of these paths; "
                        + "path one: \(other.description), path two: \(path.description)"
                )
            }
            paths.append(path)
        } while skip(",")
        try expectEnd()
        return paths
    }
}
