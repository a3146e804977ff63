/// A compiled state: what all types have in common, and the type's own part. A class, since a step hands it around.
final class State: Sendable {
    /// What a state does; one case for each type.
    enum Kind: Sendable {
        case pass(PassState)
        case task(TaskState)
        case choice(ChoiceState)
        case wait(WaitState)
        case succeed(SucceedState)
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
    /// The type's name, as in history events: `PassStateEntered`.
    let typeName: String
    let kind: Kind
    /// `nil` for types without one: Choice, Succeed, Fail.
    let transition: Transition?
    let dataFlow: any DataFlow
    let retriers: [Retrier]
    let catchers: [Catcher]
    /// What becomes variables when the state is left; of a Choice state, when it goes its default way.
    let assignment: Assignment?
    /// The variables that the state refers to.
    let variableReferences: [String]

    init(
        name: String,
        typeName: String,
        kind: Kind,
        transition: Transition?,
        dataFlow: any DataFlow,
        retriers: [Retrier],
        catchers: [Catcher],
        assignment: Assignment?,
        variableReferences: [String]
    ) {
        self.name = name
        self.typeName = typeName
        self.kind = kind
        self.transition = transition
        self.dataFlow = dataFlow
        self.retriers = retriers
        self.catchers = catchers
        self.assignment = assignment
        self.variableReferences = variableReferences
    }
}
