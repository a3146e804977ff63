/// `one.two.three`: each step for each item that the one before it found.
final class PathNode: Node {
    struct Step: Sendable {
        let node: any Node
        var stages: [Stage] = []
        /// The variable that the item is bound to, while the path goes on from where it was.
        var focus: Name?
        /// The variable that the item's position is bound to.
        var index: Name?
        /// The variable that the step's input is bound to, for a `%` further on.
        var ancestor: Name?
        /// Whether the items carry bindings from here on.
        var isTuple = false
        var isVariable = false
        /// Whether it makes an array that stays one.
        var isArrayConstructor = false
    }

    enum Stage: Sendable {
        case filter(Filter)
        case index(Name)
    }

    private let steps: [Step]
    /// Whether the bindings are for the path around this one.
    private let keepsTuples: Bool
    private let keepsSingleton: Bool
    private let group: ObjectNode?

    init(_ steps: [Step], keepsTuples: Bool, keepsSingleton: Bool, group: ObjectNode?) {
        self.steps = steps
        self.keepsTuples = keepsTuples
        self.keepsSingleton = keepsSingleton
        self.group = group
    }

    /// Whether it is nothing but a name.
    var plainName: String? {
        steps.count == 1 && steps[0].stages.isEmpty ? (steps[0].node as? NameNode)?.name : nil
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        var result = try items(input, scope, evaluation)
        if keepsSingleton {
            // An array that was made here is one item of a sequence.
            if result.flags.contains(.isConstructed), !result.isSequence {
                result = ValueArray([.array(result)], .sequence)
            }
            result = result.with(result.flags.union(.keepsSingleton))
        }
        if let group { return try group.group(.array(result), scope, evaluation) }
        if let tuples = result.tuples, !keepsTuples {
            let items = try evaluation.valueArray(tuples.map(\.item), .sequence)
            return .array(keepsSingleton ? items.with([.sequence, .keepsSingleton]) : items)
        }
        return .array(result)
    }

    /// What the last step found.
    private func items(
        _ input: Value,
        _ scope: Scope,
        _ evaluation: Evaluation
    ) throws(JSONataError) -> ValueArray {
        var items: ValueArray
        if case .array(let array) = input, !steps[0].isVariable {
            items = array
        } else {
            items = ValueArray([input], .sequence)
        }
        var isTuple = false
        for (position, step) in steps.enumerated() {
            isTuple = isTuple || step.isTuple
            if position == 0, step.isArrayConstructor {
                let value = try evaluation.evaluate(step.node, .array(items), scope)
                items = value.array ?? (value.isUndefined ? ValueArray([], .sequence) : ValueArray([value], .sequence))
            } else if isTuple {
                items = try tupleStep(step, items, scope, evaluation)
            } else {
                items = try self.step(step, items, scope, evaluation, isLast: position == steps.count - 1)
            }
            if items.count == 0 { break }
        }
        return items
    }

    private func step(
        _ step: Step,
        _ items: ValueArray,
        _ scope: Scope,
        _ evaluation: Evaluation,
        isLast: Bool
    ) throws(JSONataError) -> ValueArray {
        if let sort = step.node as? SortNode {
            let sorted = try sort.sort(items, scope, evaluation)
            return try self.stages(step.stages, sorted, scope, evaluation)
        }
        var results: [Value] = []
        var hasArray = false
        for item in items {
            var result = try evaluation.evaluate(step.node, item, scope)
            for case .filter(let filter) in step.stages { result = try evaluation.filter(filter, result, scope) }
            if result.isUndefined { continue }
            if case .array = result { hasArray = true }
            results.append(result)
        }
        guard hasArray else { return try evaluation.valueArray(results, .sequence) }
        // A single array at the end stays what it is.
        if isLast, results.count == 1, case .array(let only) = results[0], !only.isSequence { return only }
        return try evaluation.valueArray(try flattened(results, evaluation), .sequence)
    }

    /// What was found, with the items of arrays instead of these; but for those that were made to stay.
    private func flattened(_ results: [Value], _ evaluation: Evaluation) throws(JSONataError) -> [Value] {
        var items: [Value] = []
        for result in results {
            if case .array(let array) = result, !array.flags.contains(.isConstructed) {
                try evaluation.budget.spend(array.count)
                items.append(contentsOf: array)
            } else {
                items.append(result)
            }
        }
        return items
    }

    /// Filters what a step found, and binds positions.
    func stages(
        _ stages: [Stage],
        _ items: ValueArray,
        _ scope: Scope,
        _ evaluation: Evaluation
    ) throws(JSONataError) -> ValueArray {
        var items = items
        for stage in stages {
            switch stage {
            case .filter(let filter):
                items = try evaluation.filter(filter, .array(items), scope).array ?? items
            case .index(let name):
                guard var tuples = items.tuples else { continue }
                for position in tuples.indices { tuples[position].bind(name, .number(Double(position))) }
                items = try evaluation.tupleArray(tuples)
            }
        }
        return items
    }
}
