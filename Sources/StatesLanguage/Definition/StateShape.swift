/// Which fields a type of state has that others have too.
struct StateShape: Sendable {
    /// The way of its data.
    var stages: DataStages
    /// Whether it has `Retry` and `Catch`.
    var recovers = false
    /// Whether it has `Assign`.
    var assigns = true
    /// Whether it has `Next` or `End`.
    var moves = true

    /// The shapes of all types, by the types' names.
    ///
    /// Source: Amazon States Language, "Table of State Types and Fields".
    static let all: [Spelling: StateShape] = [
        "Pass": StateShape(stages: [.input, .parameters, .result, .output]),
        "Task": StateShape(stages: [.input, .parameters, .arguments, .selector, .result, .output], recovers: true),
        "Choice": StateShape(stages: [.input, .output], moves: false),
        "Wait": StateShape(stages: [.input, .output]),
        "Succeed": StateShape(stages: [.input, .output], assigns: false, moves: false),
        "Fail": StateShape(stages: [], assigns: false, moves: false),
        "Parallel": StateShape(stages: [.input, .parameters, .arguments, .selector, .result, .output], recovers: true),
        "Map": StateShape(stages: [.input, .selector, .result, .output], recovers: true),
    ]
}
