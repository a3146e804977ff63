import StatesLanguage

/// Which tasks on one item of a step are about declared tables: only Redis knows their keys, and so what they come to.
enum TablePlaces: Sendable {
    /// Those whose table is declared by now.
    case asked(DeclaredTables)
    /// Those that the journal names, by their ids: a step is made again as it was made, whatever is declared by now.
    case known([Int])

    /// Whether a task's table is declared.
    ///
    /// - Parameter table: The table's name; `nil` where it has none.
    func isDeclared(_ task: Int, _ table: @autoclosure () -> String?) -> Bool {
        switch self {
        case .asked(let tables):
            guard !tables.isEmpty, let table = table() else { return false }
            return tables[table] != nil
        case .known(let tasks): return !tasks.isEmpty && tasks.contains(task)
        }
    }

    /// The declared tables, as far as they are known.
    var tables: DeclaredTables { if case .asked(let tables) = self { tables } else { DeclaredTables() } }
}
