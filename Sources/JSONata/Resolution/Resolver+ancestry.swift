// Which step a `%` means: the one before the step that it stands behind, and of several `%` the one before that. The step
// then binds its input to a variable that the `%` reads.
extension Resolver {
    /// Hands on to a part what the parts in it still look for.
    func passing(_ parts: [Syntax], to result: Syntax) -> Syntax {
        for part in parts { pass(part, to: result) }
        return result
    }

    func pass(_ part: Syntax, to result: Syntax) {
        result.seekingParent += part.seekingParent
        if case .parent(let slot?) = part.kind { result.seekingParent.append(slot) }
    }

    /// Looks for what the last step of a path looks for among the steps before it.
    func resolveAncestry(of path: Syntax) throws(JSONataError) {
        guard case .path(let steps) = path.kind, let last = steps.last else { return }
        var slots = last.seekingParent
        if case .parent(let slot?) = last.kind { slots.append(slot) }
        for slot in slots {
            var index = steps.count - 2
            while slot.level > 0 {
                guard index >= 0 else {
                    path.seekingParent.append(slot)
                    break
                }
                var step = steps[index]
                index -= 1
                // Steps that bind one after another stand for one place.
                while index >= 0, step.focus != nil, steps[index].focus != nil {
                    step = steps[index]
                    index -= 1
                }
                try seekParent(step, slot)
            }
        }
    }

    /// Goes one step back with what a `%` looks for.
    func seekParent(_ node: Syntax, _ slot: AncestorSlot) throws(JSONataError) {
        switch node.kind {
        case .name, .wildcard:
            slot.level -= 1
            guard slot.level == 0 else { return }
            if let ancestor = node.ancestor {
                parents[slot.index].label = ancestor.label
            }
            node.ancestor = slot
            node.isTuple = true
        case .parent:
            slot.level += 1
        case .block(let parts):
            guard let last = parts.last else { return }
            node.isTuple = true
            try seekParent(last, slot)
        case .path(let steps):
            node.isTuple = true
            try seekParent(steps[steps.count - 1], slot)
            var index = steps.count - 2
            while slot.level > 0, index >= 0 {
                try seekParent(steps[index], slot)
                index -= 1
            }
        default:
            throw JSONataError(.s0217, at: node.position)
        }
    }
}
