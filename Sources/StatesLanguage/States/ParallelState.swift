/// A state that runs several branches at once.
///
/// Source: Amazon States Language, "Parallel State".
final class ParallelState: Sendable {
    let branches: [StateGraph]

    init?(_ fields: inout FieldReader, compile: (inout FieldReader) -> StateGraph?) {
        guard let value = fields.take("Branches") else {
            fields.problem("The field 'Branches' is required but was missing")
            return nil
        }
        guard let elements = value.arrayValue else {
            fields.problem("Expected value of type Array: \(value.text)", at: "Branches")
            return nil
        }
        if elements.isEmpty { fields.problem("Value cannot be empty", at: "Branches") }
        var branches: [StateGraph] = []
        for (index, element) in elements.enumerated() {
            guard let object = element.objectValue else {
                fields.problem("Expected value of type Object", at: "Branches[\(index)]")
                continue
            }
            var reader = fields.reader(of: object, at: "Branches[\(index)]")
            if let branch = compile(&reader) { branches.append(branch) }
            reader.finish()
            fields.add(reportsOf: reader)
        }
        guard !elements.isEmpty, branches.count == elements.count else { return nil }
        self.branches = branches
    }
}

extension StepEvaluator {
    /// Begins the branches of a Parallel state.
    mutating func begin(_ parallel: ParallelState, of state: State, _ cursor: Cursor) throws(StateFailure) -> Move {
        let scope = scope(of: cursor)
        let input = try state.dataFlow.payload(scope).json
        if let failure = dataFailure(of: input, from: state.name) { throw failure }
        var cursor = cursor
        cursor.previousID = record("ParallelStateStarted", previous: cursor.previousID, nil)
        let branches = Branches(
            begun: parallel.branches.map { .open(start(of: $0, input: nil, previous: cursor.previousID)) },
            count: parallel.branches.count,
            input: input.isIdentical(to: scope.input) ? nil : input
        )
        return .walk(state, cursor, branches, by: [])
    }

    /// The cursor of a line that begins now.
    func start(of graph: StateGraph, input: JSON?, previous: Int) -> Cursor {
        Cursor(
            state: graph.startAt,
            input: input,
            enteredAt: now,
            enteredID: previous,
            previousID: previous,
            phase: .entering
        )
    }
}
