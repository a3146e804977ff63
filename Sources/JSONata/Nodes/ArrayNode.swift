/// `[one, two]`
final class ArrayNode: Node {
    struct Item: Sendable {
        let node: any Node
        /// Whether it is an array constructor itself: what it makes is one item.
        let isArray: Bool
    }

    private let items: [Item]
    private let flags: ValueArray.Flags

    /// - Parameter isConstructed: Whether it stays an array where it is a step of a path.
    init(_ items: [Item], isConstructed: Bool) {
        self.items = items
        flags = isConstructed ? .isConstructed : []
    }

    func evaluate(_ input: Value, _ scope: Scope, _ evaluation: Evaluation) throws(JSONataError) -> Value {
        var values: [Value] = []
        for item in items {
            let value = try evaluation.evaluate(item.node, input, scope)
            switch value {
            case .undefined: break
            case .array(let array) where !item.isArray:
                // The numbers of a range are not made as long as they need not be.
                if items.count == 1 { return .array(array.with(flags)) }
                try evaluation.budget.spend(array.count)
                values.append(contentsOf: array)
            default: values.append(value)
            }
        }
        return try evaluation.array(values, flags)
    }
}
