/// Turns a definition's text into compiled states, or says all that is wrong with it.
struct DefinitionCompiler<Resources: ResourceCatalog> {
    let resources: Resources
    /// The labels that the definition gives to Map states.
    private var givenLabels: Set<[UInt8]> = []

    init(resources: Resources) { self.resources = resources }

    struct Parts {
        var comment: String?
        var timeoutSeconds: Int?
        var graph: StateGraph
        var warnings: [DefinitionProblem]
    }

    /// The longest definition, in UTF-8 bytes, as AWS has it.
    static var longestDefinition: Int { 1_048_576 }

    /// How deep Parallel and Map states may stand in each other.
    private static var deepestForks: Int { 32 }

    func compile(_ text: String) throws(DefinitionError) -> Parts {
        let object = try read(text)
        var compiler = self
        compiler.givenLabels = MapDistribution.givenLabels(in: .object(object))
        return try compiler.compile(object)
    }

    private func compile(_ object: JSONObject) throws(DefinitionError) -> Parts {
        var fields = FieldReader(object, at: "")
        let comment = fields.string("Comment")
        let timeout = fields.integer("TimeoutSeconds", 1...99_999_999).map(Int.init)
        checkVersion(&fields)
        readLanguage(&fields)
        fields.machineLanguage = fields.language
        let graph = graph(&fields)
        fields.finish()
        if let graph {
            checkNames(of: graph, &fields)
            checkLabels(of: graph, &fields)
            checkVariables(of: graph, &fields)
        }
        guard fields.problems.isEmpty, let graph else { throw DefinitionError(problems: fields.problems) }
        return Parts(comment: comment, timeoutSeconds: timeout, graph: graph, warnings: fields.warnings)
    }

    /// `StartAt` and `States`.
    private func graph(_ fields: inout FieldReader) -> StateGraph? {
        let missing = ["StartAt", "States"].filter { !fields.has($0) }
        if !missing.isEmpty {
            fields.problem("These fields are required: [\(missing.reversed().joined(separator: ", "))]")
        }
        let startAt = fields.string("StartAt")
        guard let object = fields.object("States") else { return nil }
        if object.isEmpty { fields.problem("Value cannot be empty", at: "States") }
        var states: [Spelling: State] = [:]
        for (name, value) in object {
            if let state = compileState(name, value, &fields) { states[name] = state }
        }
        checkTransitions(object, startAt: startAt, states, &fields)
        guard let startAt, states.count == object.count else { return nil }
        return StateGraph(startAt: startAt, states: states)
    }

    /// A branch, or an item processor.
    private func nestedGraph(_ fields: inout FieldReader) -> StateGraph? {
        fields.forkDepth += 1
        guard fields.forkDepth <= Self.deepestForks else {
            fields.problem("Parallel and Map states must not stand in each other more than \(Self.deepestForks) deep")
            return nil
        }
        _ = fields.string("Comment")
        fields.language = fields.machineLanguage
        return graph(&fields)
    }

    private func read(_ text: String) throws(DefinitionError) -> JSONObject {
        func failure(_ problem: DefinitionProblem) -> DefinitionError { DefinitionError(problems: [problem]) }
        let noObject = DefinitionProblem("SCHEMA_VALIDATION_FAILED", "Definition must be a valid JSON object", at: "")
        guard !text.utf8.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { throw failure(noObject) }
        guard text.utf8.count <= Self.longestDefinition else {
            throw failure(
                DefinitionProblem(
                    "SCHEMA_VALIDATION_FAILED",
                    "Definition must have at most \(Self.longestDefinition) bytes, has \(text.utf8.count)",
                    at: ""
                )
            )
        }
        let json: JSON
        do {
            json = try JSON(parsingWithoutRepeatedKeys: text)
        } catch {
            throw failure(
                DefinitionProblem(
                    DefinitionProblem.invalidJSON,
                    error.message(quoting: text),
                    at: error.place(in: text)
                )
            )
        }
        guard let object = json.objectValue else { throw failure(noObject) }
        return object
    }

    private func checkVersion(_ fields: inout FieldReader) {
        guard let version = fields.string("Version"), version != "1.0" else { return }
        fields.problem("The value for the field 'Version' must be 1.0: '\(version)'", at: "Version")
    }

    /// `QueryLanguage`: from here on the fields ask for data by it.
    private func readLanguage(_ fields: inout FieldReader) {
        guard let name = fields.string("QueryLanguage") else { return }
        do {
            fields.language = try QueryLanguages.named(name)
        } catch {
            fields.problem(error.reason, at: "QueryLanguage")
        }
    }

    // MARK: States

    private func compileState(_ name: String, _ value: JSON, _ fields: inout FieldReader) -> State? {
        let place = "\(fields.location)/States/\(name)"
        guard (1...80).contains(name.unicodeScalars.count) else {
            fields.add([
                DefinitionProblem("SCHEMA_VALIDATION_FAILED", "A state's name must have 1 to 80 characters", at: place)
            ])
            return nil
        }
        guard let object = value.objectValue else {
            fields.add([DefinitionProblem("SCHEMA_VALIDATION_FAILED", "Expected value of type Object", at: place)])
            return nil
        }
        var reader = fields.reader(ofState: object, named: name)
        let state = compileState(name, &reader)
        fields.add(reportsOf: reader)
        return state
    }

    private func compileState(_ name: String, _ fields: inout FieldReader) -> State? {
        _ = fields.string("Comment")
        readLanguage(&fields)
        if fields.machineLanguage.name == "JSONata", fields.language.name == "JSONPath" {
            fields.problem("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
        }
        guard let type = fields.requiredString("Type") else { return nil }
        guard let shape = StateShape.all[type] else {
            let types = "Pass, Task, Choice, Wait, Succeed, Fail, Parallel, Map"
            fields.problem("The value for the field 'Type' must be one of \(types): '\(type)'", at: "Type")
            return nil
        }
        let kind = kind(of: type, &fields)
        let dataFlow = fields.language.dataFlow(shape.stages, &fields)
        let retriers = rules("Retry", shape.recovers, &fields) { Retrier(&$0) }
        let catchers = rules("Catch", shape.recovers, &fields) { Catcher(&$0) }
        let transition = shape.moves ? transition(&fields) : nil
        let outcome: FieldReader.Outcome? = shape.stages.contains(.selector) ? .result : nil
        let assignment = shape.assigns ? Assignment(&fields, seeing: outcome) : nil
        fields.finish()
        guard let kind else { return nil }
        return State(
            name: name,
            typeName: type,
            kind: kind,
            transition: transition,
            dataFlow: dataFlow,
            retriers: retriers,
            catchers: catchers,
            assignment: assignment,
            variableReferences: fields.references
        )
    }

    /// The fields that only this type of state has.
    private func kind(of type: String, _ fields: inout FieldReader) -> State.Kind? {
        switch type {
        case "Pass": .pass(PassState(&fields))
        case "Task": TaskState(&fields, resources: resources).map(State.Kind.task)
        case "Choice": ChoiceState(&fields).map(State.Kind.choice)
        case "Wait": WaitState(&fields).map(State.Kind.wait)
        case "Succeed": .succeed(SucceedState())
        case "Fail": .fail(FailState(&fields))
        case "Parallel": ParallelState(&fields, compile: nestedGraph).map(State.Kind.parallel)
        case "Map": MapState(&fields, givenLabels: givenLabels, compile: nestedGraph).map(State.Kind.map)
        default: nil
        }
    }

    private func transition(_ fields: inout FieldReader) -> State.Transition? {
        let next = fields.string("Next")
        let end = fields.bool("End")
        switch (next, end) {
        case (let next?, nil), (let next?, false?): return .next(next)
        case (nil, true?): return .end
        case (_?, true?): fields.problem("Only one of 'Next' and 'End' may be given", at: "End")
        default:
            if !fields.has("Next") || fields.has("End") {
                fields.problem("One of 'Next' and 'End' must be given")
            }
        }
        return nil
    }

    private func rules<Rule>(
        _ name: String,
        _ isAllowed: Bool,
        _ fields: inout FieldReader,
        _ make: (inout FieldReader) -> Rule?
    ) -> [Rule] {
        guard isAllowed, let value = fields.take(name) else { return [] }
        guard let array = value.arrayValue else {
            fields.problem("Expected value of type Array", at: name)
            return []
        }
        var rules: [Rule] = []
        for (index, element) in array.enumerated() {
            guard let object = element.objectValue else {
                fields.problem("Expected value of type Object", at: "\(name)[\(index)]")
                continue
            }
            var reader = fields.reader(of: object, at: "\(name)[\(index)]")
            if index < array.count - 1,
                object["ErrorEquals"]?.arrayValue?.contains(.string(ErrorName.all)) ?? false
            {
                reader.problem("'States.ALL' must be in the last rule", at: "ErrorEquals")
            }
            if let rule = make(&reader) { rules.append(rule) }
            fields.add(reader)
        }
        return rules
    }
}
