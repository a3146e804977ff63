import JSONValues

/// A place in an item: an attribute, and perhaps members and elements inside it.
struct DocumentPath: Hashable, Sendable {
    enum Element: Hashable, Sendable {
        case member(String)
        case element(Int)
    }

    /// The attribute first; never empty.
    var steps: [Element]

    /// The attribute's name.
    var attribute: String {
        if case .member(let name)? = steps.first { name } else { "" }
    }

    /// Whether it is an attribute itself, not a place inside one.
    var isTopLevel: Bool { steps.count == 1 }

    /// For programs: names as texts, indexes as numbers.
    var json: JSON {
        .array(
            steps.map { step in
                switch step {
                case .member(let name): .string(name)
                case .element(let index): .integer(Int64(index))
                }
            }
        )
    }

    /// `[a, b, [0]]`, as DynamoDB's errors show paths.
    var description: String {
        let parts = steps.map { step in
            switch step {
            case .member(let name): name
            case .element(let index): "[\(index)]"
            }
        }
        return "[" + parts.joined(separator: ", ") + "]"
    }

    /// How two paths of one update get into each other's way.
    enum Clash: Equatable {
        /// One is the other, or lies inside it.
        case overlap
        /// One treats as a map what the other treats as a list.
        case conflict
    }

    /// Whether two paths may not both be updated.
    func clash(with other: DocumentPath) -> Clash? {
        for (mine, theirs) in zip(steps, other.steps) where mine != theirs {
            switch (mine, theirs) {
            case (.member, .element), (.element, .member): return .conflict
            default: return nil
            }
        }
        return .overlap
    }
}
