extension PathNode {
    /// A step whose items carry bindings: those they had, and the step's own.
    func tupleStep(
        _ step: Step,
        _ items: ValueArray,
        _ scope: Scope,
        _ evaluation: Evaluation
    ) throws(JSONataError) -> ValueArray {
        if let sort = step.node as? SortNode { return try sorted(sort, step, items, scope, evaluation) }
        var results: [Tuple] = []
        try evaluation.budget.spend(items.count)
        for tuple in items.tuples ?? items.map({ Tuple(item: $0, bindings: []) }) {
            let inner = tuple.bindings.isEmpty ? scope : Scope(scope, tuple.bindings)
            let value = try evaluation.evaluate(step.node, tuple.item, inner)
            try append(value, step, tuple, &results, evaluation)
        }
        return try stages(step.stages, try evaluation.tupleArray(results), scope, evaluation)
    }

    private func append(
        _ value: Value,
        _ step: Step,
        _ tuple: Tuple,
        _ results: inout [Tuple],
        _ evaluation: Evaluation
    ) throws(JSONataError) {
        guard !value.isUndefined else { return }
        let found = value.array ?? ValueArray([value], .sequence)
        try evaluation.budget.spend(6 * found.count)
        if let inner = found.tuples {
            for one in inner {
                var next = tuple
                next.item = one.item
                for binding in one.bindings { next.bind(binding.name, binding.value) }
                results.append(next)
            }
            return
        }
        for (position, item) in found.enumerated() {
            var next = tuple
            if let focus = step.focus { next.bind(focus, item) } else { next.item = item }
            if let index = step.index { next.bind(index, .number(Double(position))) }
            if let ancestor = step.ancestor { next.bind(ancestor, tuple.item) }
            results.append(next)
        }
    }

    private func sorted(
        _ sort: SortNode,
        _ step: Step,
        _ items: ValueArray,
        _ scope: Scope,
        _ evaluation: Evaluation
    ) throws(JSONataError) -> ValueArray {
        var sorted = try sort.sort(items, scope, evaluation)
        if sorted.tuples == nil {
            try evaluation.budget.spend(6 * sorted.count)
            let tuples = sorted.enumerated().map { position, item in
                Tuple(
                    item: item,
                    bindings: step.index.map { [Binding(name: $0, value: .number(Double(position)))] } ?? []
                )
            }
            sorted = try evaluation.tupleArray(tuples)
        }
        return try stages(step.stages, sorted, scope, evaluation)
    }
}
