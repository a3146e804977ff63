import StatesLanguage

/// A definition made at random for two interpreters: within what ``ReferenceInterpreter`` knows.
struct DifferentialMachine {
    static let input = #"{"n":1,"s":2,"t":"x","b":true,"l":[1,{"n":2,"s":1},3],"d":{"k":["é",1],"n":5,"s":3}}"#

    /// With `"null"` for a path that is `null`.
    let definition: JSON
    /// As AWS has it.
    var text: String { definition.text.replacing(#":"null""#, with: ":null") }

    init(using random: inout SeededRandom, depth: Int) {
        var maker = Maker(random: random)
        definition = .object(maker.graph("S", depth))
        random = maker.random
    }

    /// What tasks come to.
    static func task(
        _ resource: String,
        _ parameters: JSON,
        _ attempt: Int
    ) -> Result<JSON, ReferenceInterpreter.Failure>? {
        switch resource {
        case "echo": .success(.object(["of": parameters]))
        case "number": .success(.integer(7))
        case "flaky" where attempt >= 2: .success(.string("at last"))
        case "flaky": .failure(.init(error: "B"))
        case "hang": nil
        default: .failure(.init(error: "A"))
        }
    }

    private struct Maker {
        var random: SeededRandom

        mutating func chance(of count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

        mutating func one<Value>(of values: [Value]) -> Value {
            values[Int.random(in: 0..<values.count, using: &random)]
        }

        mutating func path() -> JSON {
            let usual = ["$", "$.n", "$.d", "$.d.n", "$.l", "$.l[0]", "$.l[1].n", "$.t", "$.s"]
            let context = ["$$.Execution.Input", "$$.Execution.Input.d.k[0]", "$$.State.Name", "$$.State.EnteredTime"]
            let rare = ["$.r", "$.e.Error", "$.missing", "$.d.k[7]", "$.r.of", "$.x.y"]
            return .string(one(of: chance(of: 40) ? rare : chance(of: 3) ? usual : context))
        }

        mutating func template() -> JSON {
            .object([
                "n": .integer(1), "s": .integer(2), "t": .string("x"), "a.$": path(),
                "l": .array([.integer(4), .object(["n.$": path()])]), "d": .object(["n.$": path(), "s": .integer(1)]),
            ])
        }

        func selector(_ got: String, _ more: JSON) -> JSON { .object(["got.$": .string(got), "more.$": more]) }

        mutating func resultPath(_ fields: inout JSONObject) {
            guard !chance(of: 12) else { return }
            let rare = ["$", "$.d.r", "$.n.z"]
            fields["ResultPath"] = .string(one(of: chance(of: 12) ? rare : ["null", "$.r", "$.r", "$.x.y"]))
        }

        /// The paths around a state.
        mutating func paths(_ fields: inout JSONObject) {
            if chance(of: 20) { fields["InputPath"] = .string(one(of: ["$", "$.d", "$.l[1]", "null"])) }
            if chance(of: 30) { fields["OutputPath"] = .string(one(of: ["$", "$.d", "$.r", "null"])) }
        }

        mutating func rules(_ fields: inout JSONObject, _ target: String?) {
            if !chance(of: 3) {
                fields["Retry"] = .array(
                    (0..<Int.random(in: 1...2, using: &random)).map { _ -> JSON in
                        var retrier = JSONObject()
                        let names = ["A", "B", "B", "C", "States.Timeout", "States.TaskFailed"]
                        retrier["ErrorEquals"] = .array([.string(one(of: names))])
                        if chance(of: 2) {
                            retrier["IntervalSeconds"] = .integer(Int64.random(in: 1...3, using: &random))
                        }
                        if chance(of: 2) { retrier["BackoffRate"] = .integer(Int64.random(in: 1...3, using: &random)) }
                        if chance(of: 2) { retrier["MaxAttempts"] = .integer(Int64.random(in: 0...3, using: &random)) }
                        if chance(of: 3) { retrier["MaxDelaySeconds"] = .integer(4) }
                        return .object(retrier)
                    }
                )
            }
            guard let target, !chance(of: 6) else { return }
            var catcher: JSONObject = [
                "ErrorEquals": .array([.string(one(of: ["States.ALL", "States.ALL", "States.ALL", "A", "B"]))]),
                "Next": .string(target),
            ]
            if !chance(of: 4) { catcher["ResultPath"] = .string(one(of: ["$.e", "$.e", "$.e", "null", "$.t.e"])) }
            fields["Catch"] = .array([.object(catcher)])
        }

        mutating func graph(_ prefix: String, _ depth: Int) -> JSONObject {
            let count = Int.random(in: 2...(depth > 1 ? 6 : 4), using: &random)
            var states = JSONObject()
            for index in 0..<count {
                let later = ((index + 1)..<max(count, index + 2)).map { "\(prefix)\($0)" }
                states["\(prefix)\(index)"] = .object(
                    state("\(prefix)\(index)", index == count - 1 ? [] : later, depth)
                )
            }
            return ["StartAt": .string(prefix + "0"), "States": .object(states)]
        }

        /// - Parameter later: The states behind it; none for the last one.
        mutating func state(_ name: String, _ later: [String], _ depth: Int) -> JSONObject {
            var fields = JSONObject()
            if let next = later.first { fields["Next"] = .string(next) } else { fields["End"] = .bool(true) }
            let target = later.isEmpty ? nil : one(of: later)
            paths(&fields)
            switch Int.random(in: 0..<(depth > 0 ? 12 : 9), using: &random) {
            case 0:
                fields["Type"] = .string("Pass")
                fields["Result"] = one(
                    of: [.integer(3), .object(["n": .integer(9)]), .array([.integer(1)]), .string("text")] as [JSON]
                )
                resultPath(&fields)
            case 1, 2:
                fields["Type"] = .string("Pass")
                fields["Parameters"] = template()
                resultPath(&fields)
            case 3:
                fields["Type"] = .string("Wait")
                fields["Seconds"] = .integer(Int64.random(in: 0...4, using: &random))
            case 4:
                fields["Type"] = .string("Wait")
                fields["SecondsPath"] = .string(one(of: ["$.s", "$$.Execution.Input.s", "$$.Execution.Input.d.n"]))
            case 5 where target != nil: choice(&fields, later)
            case 6 where later.isEmpty && chance(of: 3):
                fields = ["Type": .string("Fail"), "Error": .string(one(of: ["A", "B", "C"]))]
            case 9, 10: parallel(&fields, name, target, depth)
            case 11: map(&fields, name, target, depth)
            default:
                fields["Type"] = .string("Task")
                let failing = ["flaky", "flaky", "fail", "hang"]
                let resource = one(of: target == nil || !chance(of: 3) ? ["echo", "echo", "number"] : failing)
                fields["Resource"] = .string(resource)
                if resource == "hang" { fields["TimeoutSeconds"] = .integer(Int64.random(in: 1...3, using: &random)) }
                if chance(of: 5), resource == "echo" { fields["ResultSelector"] = selector("$.of", .string("$")) }
                resultPath(&fields)
                rules(&fields, target)
                guard chance(of: 2), var parameters = template().objectValue else { return fields }
                if fields["Retry"] != nil { parameters["tries.$"] = .string("$$.State.RetryCount") }
                fields["Parameters"] = .object(parameters)
            }
            return fields
        }

        mutating func choice(_ fields: inout JSONObject, _ later: [String]) {
            fields["Type"] = .string("Choice")
            fields["Next"] = nil
            let hasDefault = !chance(of: 12)
            if hasDefault { fields["Default"] = .string(later[0]) }
            fields["Choices"] = .array(
                (0..<Int.random(in: 1...2, using: &random)).map { index -> JSON in
                    var rule = condition(2)
                    // Each state has to be reached from somewhere.
                    rule["Next"] = .string(hasDefault || index > 0 ? one(of: later) : later[0])
                    return .object(rule)
                }
            )
        }

        mutating func condition(_ depth: Int) -> JSONObject {
            if depth > 0, chance(of: 3) {
                let parts = [JSON.object(condition(depth - 1)), .object(condition(depth - 1))]
                return one(of: [["And": .array(parts)], ["Or": .array(parts)], ["Not": parts[0]]])
            }
            var rule = one(
                of: [
                    ["IsPresent": .bool(true)], ["IsPresent": .bool(false)], ["NumericGreaterThan": .integer(1)],
                    ["StringEquals": .string("x")], ["BooleanEquals": .bool(true)], ["IsNumeric": .bool(true)],
                    ["IsString": .bool(false)],
                ] as [JSONObject]
            )
            let isPresent = rule["IsPresent"] != nil
            rule["Variable"] = isPresent && chance(of: 2) ? .string(one(of: ["$.r", "$.e", "$.x.y"])) : dataPath()
            return rule
        }

        mutating func dataPath() -> JSON { .string(one(of: ["$.n", "$.t", "$.s", "$.d.n", "$.l[1].n", "$.b", "$"])) }

        mutating func parallel(_ fields: inout JSONObject, _ name: String, _ target: String?, _ depth: Int) {
            fields["Type"] = .string("Parallel")
            fields["Branches"] = .array(
                (0..<Int.random(in: 1...3, using: &random)).map { .object(graph("\(name)B\($0)", depth - 1)) }
            )
            if chance(of: 3) { fields["Parameters"] = template() }
            if chance(of: 5) { fields["ResultSelector"] = selector("$[0]", .string("$")) }
            resultPath(&fields)
            rules(&fields, target)
        }

        mutating func map(_ fields: inout JSONObject, _ name: String, _ target: String?, _ depth: Int) {
            fields["Type"] = .string("Map")
            fields["ItemsPath"] = .string(one(of: chance(of: 12) ? ["$.n", "$.x"] : ["$.l", "$$.Execution.Input.l"]))
            fields["MaxConcurrency"] = .integer(Int64.random(in: 0...2, using: &random))
            if !chance(of: 8) {
                fields["ItemSelector"] = .object([
                    "n.$": .string("$$.Map.Item.Index"), "v.$": .string("$$.Map.Item.Value"), "s": .integer(1),
                    "t": .string("x"), "d": .object(["n.$": path(), "k": .array([])]), "x.$": path(),
                    "l": .array([.integer(0), .object(["n": .integer(2), "s": .integer(0)])]),
                ])
            }
            fields["ItemProcessor"] = .object(graph(name + "I", depth - 1))
            resultPath(&fields)
            rules(&fields, target)
        }
    }
}
