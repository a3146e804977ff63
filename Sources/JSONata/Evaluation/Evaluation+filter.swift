/// What selects items.
struct Filter: Sendable {
    let node: any Node
    /// The position, where it is a plain number.
    let index: Double?
    /// The variable, where it is one: it is the same for all items.
    let isVariable: Bool

    init(_ node: any Node) {
        self.node = node
        if let literal = node as? LiteralNode, case .number(let number) = literal.literal {
            index = number
        } else {
            index = nil
        }
        isVariable = (node as? VariableNode)?.isInput == false
    }
}

extension Evaluation {
    /// The items that a filter selects: those at some positions, or those for which it is true.
    func filter(_ filter: Filter, _ input: Value, _ scope: Scope) throws(JSONataError) -> Value {
        let items = if case .array(let array) = input { array } else { ValueArray([input], .sequence) }
        if let index = filter.index { return try item(at: index, of: items) }
        if let tuples = items.tuples { return .array(try self.filter(filter, tuples, scope)) }
        if filter.isVariable {
            return try sequence(select(items, try evaluate(filter.node, .undefined, scope)))
        }
        var results: [Value] = []
        let count = items.count
        for (position, item) in items.enumerated() {
            let selection = try evaluate(filter.node, item, scope)
            let times = try times(position, of: count, selection)
            for _ in 0..<times { results.append(item) }
        }
        return try sequence(results)
    }

    private func item(at index: Double, of items: ValueArray) throws(JSONataError) -> Value {
        guard let position = Self.position(index, of: items.count) else { return try sequence([]) }
        if let tuples = items.tuples {
            return .array(ValueArray(.tuples([tuples[position]]), .sequence, depth: items.depth))
        }
        let item = items[position]
        if case .array = item { return item }
        return item.isUndefined ? try sequence([]) : .array(ValueArray([item], .sequence))
    }

    private func filter(_ filter: Filter, _ tuples: [Tuple], _ scope: Scope) throws(JSONataError) -> ValueArray {
        var results: [Tuple] = []
        for (position, tuple) in tuples.enumerated() {
            let selection = try evaluate(filter.node, tuple.item, Scope(scope, tuple.bindings))
            let times = try times(position, of: tuples.count, selection)
            for _ in 0..<times { results.append(tuple) }
        }
        return try tupleArray(results)
    }

    /// A stream of items that carry bindings.
    func tupleArray(_ tuples: [Tuple]) throws(JSONataError) -> ValueArray {
        try budget.spend(2 + 5 * tuples.count)
        var depth = 0
        for tuple in tuples {
            depth = max(depth, tuple.item.depth)
            for binding in tuple.bindings { depth = max(depth, binding.value.depth) }
        }
        try check(depth + 1)
        return ValueArray(.tuples(tuples), .sequence, depth: depth + 1)
    }

    /// The items that one selection for all of them means.
    private func select(_ items: ValueArray, _ selection: Value) throws(JSONataError) -> [Value] {
        guard let numbers = try numbers(selection) else {
            guard try isTrue(selection) else { return [] }
            try budget.spend(items.count)
            return Array(items)
        }
        let positions = numbers.compactMap { Self.position($0, of: items.count) }
        return positions.sorted().map { items[$0] }
    }

    /// How often the item at a position is selected.
    private func times(_ position: Int, of count: Int, _ selection: Value) throws(JSONataError) -> Int {
        guard let numbers = try numbers(selection) else { return try isTrue(selection) ? 1 : 0 }
        return numbers.count { Self.position($0, of: count) == position }
    }

    /// The numbers of a selection by position; `nil` where it is one by truth.
    private func numbers(_ selection: Value) throws(JSONataError) -> [Double]? {
        if let number = try selection.number { return [number] }
        guard case .array(let array) = selection, array.tuples == nil else { return nil }
        try budget.spend(array.count)
        var numbers: [Double] = []
        for value in array {
            guard let number = try value.number else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    /// A position from the beginning, or from the end where it is negative.
    private static func position(_ index: Double, of count: Int) -> Int? {
        guard let whole = Int(exactly: index.rounded(.down)) else { return nil }
        let position = whole < 0 ? count + whole : whole
        return (0..<count).contains(position) ? position : nil
    }
}
