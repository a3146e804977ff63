import JSONata

/// `$states`: what an expression sees of its state.
///
/// Source: AWS Step Functions developer guide, "Reserved variable: $states".
enum StatesVariable {
    static let name = "states"

    /// The members that an expression asks for: nothing else is made.
    struct Members: OptionSet {
        let rawValue: Int

        static let input = Members(rawValue: 1)
        static let context = Members(rawValue: 2)
        static let result = Members(rawValue: 4)
        static let errorOutput = Members(rawValue: 8)

        init(rawValue: Int) { self.rawValue = rawValue }

        /// The member of a name; all of them where there is none.
        init(_ name: String?) {
            self =
                switch name {
                case nil: [.input, .context, .result, .errorOutput]
                case "input"?: .input
                case "context"?: .context
                case "result"?: .result
                case "errorOutput"?: .errorOutput
                default: []
                }
        }
    }

    /// The variable with some members, as far as they are there.
    static func value(_ members: Members, _ scope: DataScope) -> JSON {
        var object = JSONObject()
        if members.contains(.input) { object["input"] = scope.stateInput }
        if members.contains(.context) { object["context"] = scope.context.json }
        switch scope.outcome {
        case .result(let result)? where members.contains(.result): object["result"] = result
        case .error(let error)? where members.contains(.errorOutput): object["errorOutput"] = error
        default: break
        }
        return .object(object)
    }
}

extension DataScope {
    /// What a plain path comes to.
    enum Found {
        case value(JSON?)
        /// It goes through an array, or asks for more than one of the parts of `$states`.
        case unclear
    }

    /// What a variable and names behind it come to, without evaluating them.
    func value(of reference: References.Reference) -> Found {
        var value: JSON?
        var rest = reference.path[...]
        if reference.name == StatesVariable.name {
            guard let member = rest.popFirst() else { return .unclear }
            switch (member, outcome) {
            case ("input", _): value = stateInput
            case ("result", .result(let result)?): value = result
            case ("errorOutput", .error(let error)?): value = error
            case ("context", _):
                guard rest.count >= 2 else { return .unclear }
                value = context.member(rest[rest.startIndex + 1], of: rest[rest.startIndex])
                rest = rest.dropFirst(2)
            default: return .value(nil)
            }
        } else {
            value = variables[reference.name]
            // It may be a function.
            if value == nil { return .unclear }
        }
        for name in rest {
            switch value {
            case .object(let object)?: value = object[name]
            case .array?: return .unclear
            default: return .value(nil)
            }
        }
        work.spend(reference.path.count + 1)
        return .value(value)
    }
}
