import StatesLanguage

/// Definitions made at random: lines of states with branches forward, each reachable, and lines within lines.
enum RandomMachine {
    static func definition(using random: inout SeededRandom, depth: Int = 0) -> String {
        let timeout = Int.random(in: 0..<4, using: &random) == 0 ? #""TimeoutSeconds":7,"# : ""
        return "{" + timeout + graph("S", depth, using: &random) + "}"
    }

    /// `StartAt` and `States`, of names that begin alike.
    private static func graph(_ prefix: String, _ depth: Int, using random: inout SeededRandom) -> String {
        let count = Int.random(in: 2...(depth == 0 ? 8 : 4), using: &random)
        var states: [String] = []
        for index in 0..<count {
            let isLast = index == count - 1
            let next = isLast ? #""End":true"# : #""Next":"\#(prefix)\#(index + 1)""#
            let target = "\(prefix)\(Int.random(in: min(index + 1, count - 1)..<count, using: &random))"
            let name = "\(prefix)\(index)"
            let body =
                depth > 0 && Int.random(in: 0..<3, using: &random) == 0
                ? fork(name, next, target, isLast, depth, using: &random)
                : state(name, next, target, isLast: isLast, using: &random)
            states.append(#""\#(name)":\#(body)"#)
        }
        return #""StartAt":"\#(prefix)0","States":{\#(states.joined(separator: ","))}"#
    }

    /// A Parallel or Map state.
    private static func fork(
        _ name: String,
        _ next: String,
        _ target: String,
        _ isLast: Bool,
        _ depth: Int,
        using random: inout SeededRandom
    ) -> String {
        var fields = next
        if Bool.random(using: &random) { fields += #","ResultPath":null"# }
        if Int.random(in: 0..<3, using: &random) == 0 {
            fields += #","Retry":[{"ErrorEquals":["States.BranchFailed","E"],"MaxAttempts":1,"JitterStrategy":"FULL"}]"#
        }
        if !isLast, Bool.random(using: &random) {
            fields += #","Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"\#(target)"}]"#
        }
        guard Bool.random(using: &random) else {
            let branches = (0..<Int.random(in: 1...3, using: &random)).map {
                "{" + graph("\(name)B\($0)", depth - 1, using: &random) + "}"
            }
            if Bool.random(using: &random) { fields += #","Parameters":{"n":1,"all.$":"$"}"# }
            return #"{"Type":"Parallel",\#(fields),"Branches":[\#(branches.joined(separator: ","))]}"#
        }
        fields += #","ItemsPath":"$$.Execution.Input.l","MaxConcurrency":\#(Int.random(in: 0...2, using: &random))"#
        if Bool.random(using: &random) { fields += #","ItemSelector":{"n.$":"$$.Map.Item.Value","all.$":"$"}"# }
        var mode = ""
        if Int.random(in: 0..<3, using: &random) == 0 {
            mode = #""ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"#
            if Bool.random(using: &random) { fields += #","ToleratedFailurePercentage":40"# }
        }
        return #"{"Type":"Map",\#(fields),"ItemProcessor":{\#(mode)\#(graph(name + "I", depth - 1, using: &random))}}"#
    }

    private static func state(
        _ name: String,
        _ next: String,
        _ target: String,
        isLast: Bool,
        using random: inout SeededRandom
    ) -> String {
        switch Int.random(in: 0..<10, using: &random) {
        case 9: return #"{"Type":"Pass","Assign":{"v\#(name)":{"at.$":"$$.State.EnteredTime","in.$":"$"}},\#(next)}"#
        case 0: return #"{"Type":"Wait","Seconds":\#(Int.random(in: 0...4, using: &random)),\#(next)}"#
        case 1: return #"{"Type":"Wait","TimestampPath":"$$.Execution.StartTime",\#(next)}"#
        case 2: return #"{"Type":"Wait","SecondsPath":"$$.Execution.Input.s",\#(next)}"#
        case 3: return #"{"Type":"Pass","Parameters":{"all.$":"$","at.$":"$$.State.EnteredTime"},\#(next)}"#
        case 4: return #"{"Type":"Pass","Result":[1,2.0,null],"ResultPath":"$.r\#(target)",\#(next)}"#
        case 5 where !isLast:
            return #"{"Type":"Choice","Choices":[{"Variable":"$.n","IsPresent":true,"Next":"\#(target)"}],"#
                + #""Default":\#(next.dropFirst(7))}"#
        case 6:
            return #"{"Type":"Task","Resource":"r","ResultPath":"$.t",\#(next),"TimeoutSeconds":3,"#
                + #""Retry":[{"ErrorEquals":["E"],"JitterStrategy":"FULL"},{"ErrorEquals":["States.Timeout"]}]}"#
        case 7 where !isLast:
            return #"{"Type":"Task","Resource":"r",\#(next),"Retry":[{"ErrorEquals":["F"],"MaxAttempts":1}],"#
                + #""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"\#(target)"}]}"#
        default: return #"{"Type":"Task","Resource":"r","HeartbeatSeconds":2,\#(next)}"#
        }
    }

    static func answers(using random: inout SeededRandom) -> [TaskDisposition] {
        (0..<12).map { _ in
            switch Int.random(in: 0..<11, using: &random) {
            case 7: .waiting(.token)
            case 8: .waiting(.activity)
            case 9: .waiting(.call)
            case 10: .submitted(output: .null)
            case 0: .failed(error: "E", cause: "why")
            case 1: .failed(error: "F", cause: nil)
            case 2: .pending
            default: .succeeded(output: .random(depth: 2, using: &random))
            }
        }
    }
}
