/// A compiled state: what all types have in common, and the type's own part. A class, since a step hands it around.
final class State: Sendable {
    /// What a state does; one case for each type.
    enum Kind: Sendable {
        case pass(PassState)
        case task(TaskState)
        case choice(ChoiceState)
        case wait(WaitState)
        case succeed
        case fail(FailState)
        case parallel(ParallelState)
        case map(MapState)
    }

    /// Where the flow goes after a state.
    enum Transition: Sendable, Equatable {
        case next(String)
        case end
    }

    let name: String
    let kind: Kind
    /// `nil` for types without one: Choice, Succeed, Fail.
    let transition: Transition?
    let dataFlow: DataFlow
    let retriers: [Retrier]
    let catchers: [Catcher]
    /// What becomes variables when the state is left; of a Choice state, when it goes its default way.
    let assignment: Assignment?
    /// The variables that the state refers to.
    let variableReferences: [String]

    init(
        name: String,
        kind: Kind,
        transition: Transition?,
        dataFlow: DataFlow,
        retriers: [Retrier],
        catchers: [Catcher],
        assignment: Assignment?,
        variableReferences: [String]
    ) {
        self.name = name
        self.kind = kind
        self.transition = transition
        self.dataFlow = dataFlow
        self.retriers = retriers
        self.catchers = catchers
        self.assignment = assignment
        self.variableReferences = variableReferences
    }

    /// The type's name, as in history events: `PassStateEntered`.
    var typeName: String {
        switch kind {
        case .pass: "Pass"
        case .task: "Task"
        case .choice: "Choice"
        case .wait: "Wait"
        case .succeed: "Succeed"
        case .fail: "Fail"
        case .parallel: "Parallel"
        case .map: "Map"
        }
    }
}
