/// How far the branches of a Parallel state, or the iterations of a Map state, have got.
struct Branches: Sendable, Equatable {
    /// One branch or iteration.
    enum Branch: Sendable, Equatable {
        case open(Cursor)
        /// With its output; `nil` where nobody needs that.
        case ended(JSON?)
        /// An execution of a map run that failed.
        case failed
    }

    /// Those that have begun, in order.
    var begun: [Branch]
    /// How many there are, with those that have not begun.
    let count: Int
    /// What a Parallel state's branches began with; `nil` where it is the state's own input.
    var input: JSON?
    /// The id of the map run's first event, in distributed mode; `nil` for branches within the execution.
    var run: Int?
    /// What was changed of the map run.
    var settings = MapRunSettings()
    /// How far a map run has got whose items or results are handed over piece by piece; `nil` for any other.
    var stream: ItemStream?

    /// Those of a map run's executions that have failed.
    var failed: [Int] { begun.indices.filter { begun[$0] == .failed } }

    /// The cursors of the open ones.
    var cursors: [Cursor] {
        begun.compactMap { if case .open(let cursor) = $0 { cursor } else { nil } }
    }

    /// Whether all have ended well.
    var isDone: Bool { begun.count == count && !begun.contains { $0.isOpen || $0 == .failed } }

    /// Opens those again that failed.
    mutating func reopen(_ cursor: Cursor) {
        for index in begun.indices where begun[index] == .failed { begun[index] = .open(cursor) }
    }

    /// Changes every open cursor.
    mutating func forEachCursor(_ change: (inout Cursor) -> Void) {
        for index in begun.indices {
            guard case .open(var cursor) = begun[index] else { continue }
            change(&cursor)
            begun[index] = .open(cursor)
        }
    }
}

extension Branches.Branch {
    var isOpen: Bool { if case .open = self { true } else { false } }
}
