/// Which tasks of a step have their effect in another partition than the execution: their outcome comes later, as a message.
enum TaskPlaces: Sendable {
    /// Those whose item or execution lies in another one than the step's.
    case asked(ExecutionRunner.AreApart)
    /// Those that the journal names, by their ids: a step is made again as it was made.
    case known([Int])

    /// Whether all of a program that goes through partitions is elsewhere: where there are several.
    ///
    /// - Parameter task: Its task.
    func isSpread(_ task: Int) -> Bool {
        switch self {
        case .asked: true
        case .known(let tasks): tasks.contains(task)
        }
    }

    /// Whether a task's is one of them.
    ///
    /// - Parameters:
    ///   - id: What it is about.
    ///   - execution: The execution's name.
    func isElsewhere(_ task: Int, _ id: String, of execution: String) -> Bool {
        switch self {
        case .asked(let areApart): areApart(id, execution)
        case .known(let tasks): !tasks.isEmpty && tasks.contains(task)
        }
    }
}
