extension DefinitionCompiler {
    /// Reports transitions to states that do not exist, states that no transition leads to, and a graph that has no end.
    func checkTransitions(
        _ object: JSONObject,
        startAt: String?,
        _ states: [Spelling: State],
        _ fields: inout FieldReader
    ) {
        let place = fields.location + "/States"
        var problems: [DefinitionProblem] = []
        func check(_ target: String, at place: String) {
            guard object[target] == nil else { return }
            problems.append(
                DefinitionProblem("MISSING_TRANSITION_TARGET", "Missing 'Next' target: \(target)", at: place)
            )
        }
        if let startAt { check(startAt, at: "\(fields.location)/StartAt") }
        for (name, _) in object {
            guard let state = states[name] else { continue }
            for (target, field) in state.targets { check(target, at: "\(place)/\(name)/\(field)") }
        }
        fields.add(problems)
        // Only of a graph whose states are whole: what leads to a broken one cannot be told.
        guard fields.problems.allSatisfy({ $0.code.hasPrefix("MISSING_") }), let startAt else { return }
        var reached: Set<Spelling> = []
        var open = [startAt]
        while let name = open.popLast() {
            guard reached.insert(name).inserted, let state = states[name] else { continue }
            open += state.targets.map(\.target)
        }
        fields.add(
            object.keys.filter { !reached.contains($0) }.map { name in
                DefinitionProblem(
                    "MISSING_TRANSITION_TARGET",
                    "State \"\(name)\" is not reachable.",
                    at: "\(place)/\(name)"
                )
            }
        )
        if !states.values.contains(where: \.isTerminal) {
            let reason = "Workflow has no terminal state"
            fields.add([DefinitionProblem("MISSING_END_STATE", reason, at: fields.location)])
        }
    }
}

extension State {
    /// Whether its graph ends with it.
    fileprivate var isTerminal: Bool {
        switch kind {
        case .succeed, .fail: true
        case .pass, .task, .choice, .wait, .parallel, .map: transition == .end
        }
    }

    /// Every state that this one can go to, with the field that says so.
    var targets: [(target: String, field: String)] {
        var targets: [(target: String, field: String)] = []
        if case .next(let next) = transition { targets.append((next, "Next")) }
        if case .choice(let choice) = kind {
            for (index, rule) in choice.rules.enumerated() { targets.append((rule.next, "Choices[\(index)]/Next")) }
            if let next = choice.defaultNext { targets.append((next, "Default")) }
        }
        for (index, catcher) in catchers.enumerated() { targets.append((catcher.next, "Catch[\(index)]/Next")) }
        return targets
    }
}
