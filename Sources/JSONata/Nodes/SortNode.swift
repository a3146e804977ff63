/// A step that puts the items into an order: `^(price, >name)`.
final class SortNode: Node {
    struct Term: Sendable {
        let isDescending: Bool
        let node: any Node
    }

    private let terms: [Term]
    private let position: Int

    init(_ terms: [Term], at position: Int) {
        self.terms = terms
        self.position = position
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        .array(try sort(input.array ?? ValueArray([input], .sequence), scope, evaluation))
    }

    /// The items in order.
    func sort(_ items: ValueArray, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> ValueArray {
        guard items.count > 1 else { return items }
        try evaluation.enter(2)
        defer { evaluation.leave(2) }
        var keys: [[Value]] = []
        keys.reserveCapacity(items.count)
        let tuples = items.tuples
        for (index, item) in items.enumerated() {
            let scope = tuples.map { Scope(scope, $0[index].bindings) } ?? scope
            var key: [Value] = []
            for term in terms { key.append(try evaluation.evaluate(term.node, item, scope)) }
            keys.append(key)
        }
        let order = try mergeSorted(Array(items.indices)) { (one, two) throws(JSONataError) in
            try evaluation.budget.spend(1)
            return try self.isAfter(keys[one], keys[two], evaluation)
        }
        if let tuples { return try evaluation.tupleArray(order.map { tuples[$0] }) }
        return try evaluation.valueArray(order.map { items[$0] }, [])
    }

    private func isAfter(_ one: [Value], _ two: [Value], _ evaluation: Evaluation) throws(JSONataError) -> Bool {
        for (index, term) in terms.enumerated() {
            let order: Int
            switch (one[index], two[index]) {
            case (.undefined, .undefined): continue
            case (.undefined, _): return true
            case (_, .undefined): return false
            case (.number(let one), .number(let two)): order = one < two ? -1 : one > two ? 1 : 0
            case (.string(let one), .string(let two)):
                try evaluation.budget.spend(bytes: min(one.utf8.count, two.utf8.count))
                order = one.utf16Order(two)
            case (let one, let two): throw mismatch(one, two)
            }
            if order != 0 { return term.isDescending ? order < 0 : order > 0 }
        }
        return false
    }

    private func mismatch(_ one: Value, _ two: Value) -> JSONataError {
        for value in [one, two] {
            switch value {
            case .number, .string: break
            default: return JSONataError(.t2008, at: position, value: value)
            }
        }
        return JSONataError(.t2007, at: position, fields: [("value", one.excerpt), ("value2", two.excerpt)])
    }
}

/// Sorts by a comparison that says whether one item is to stand behind another. Items that are neither keep their order.
func mergeSorted<Item>(
    _ items: [Item],
    _ isAfter: (Item, Item) throws(JSONataError) -> Bool
) throws(JSONataError) -> [Item] {
    guard items.count > 1 else { return items }
    let middle = items.count / 2
    let left = try mergeSorted(Array(items[..<middle]), isAfter)
    let right = try mergeSorted(Array(items[middle...]), isAfter)
    var merged: [Item] = []
    merged.reserveCapacity(items.count)
    var (one, two) = (0, 0)
    while one < left.count, two < right.count {
        if try isAfter(left[one], right[two]) {
            merged.append(right[two])
            two += 1
        } else {
            merged.append(left[one])
            one += 1
        }
    }
    merged.append(contentsOf: left[one...])
    merged.append(contentsOf: right[two...])
    return merged
}

extension ValueArray {
    var indices: Range<Int> { 0..<count }
}
