import JSONValues

/// What an update expression does to an item.
struct Update: Sendable, Equatable {
    /// `SET path = operand`
    var assignments: [(path: DocumentPath, operand: Operand)] = []
    /// `REMOVE path`
    var removals: [DocumentPath] = []
    /// `ADD path value`: a number to a number, elements to a set.
    var additions: [(path: DocumentPath, value: AttributeValue)] = []
    /// `DELETE path value`: elements from a set.
    var deletions: [(path: DocumentPath, value: AttributeValue)] = []

    /// All paths that it changes.
    var paths: [DocumentPath] { assignments.map(\.path) + removals + additions.map(\.path) + deletions.map(\.path) }

    /// For programs.
    var json: JSON {
        .object([
            "set": .array(assignments.map { .array([$0.path.json, $0.operand.json]) }),
            "remove": .array(removals.map(\.json)),
            "add": .array(additions.map { .array([$0.path.json, $0.value.json]) }),
            "delete": .array(deletions.map { .array([$0.path.json, $0.value.json]) }),
        ])
    }

    static func == (left: Update, right: Update) -> Bool { left.json == right.json }
}
