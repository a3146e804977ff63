import StatesLanguage

/// Definitions made at random: a line of states with branches forward, each reachable.
enum RandomMachine {
    static func definition(using random: inout SeededRandom) -> String {
        let count = Int.random(in: 2...8, using: &random)
        var states: [String] = []
        for index in 0..<count {
            let next = index == count - 1 ? #""End":true"# : #""Next":"S\#(index + 1)""#
            let target = "S\(Int.random(in: min(index + 1, count - 1)..<count, using: &random))"
            states.append(#""S\#(index)":\#(state(next, target, isLast: index == count - 1, using: &random))"#)
        }
        let timeout = Int.random(in: 0..<4, using: &random) == 0 ? #""TimeoutSeconds":7,"# : ""
        return #"{"StartAt":"S0",\#(timeout)"States":{\#(states.joined(separator: ","))}}"#
    }

    private static func state(
        _ next: String,
        _ target: String,
        isLast: Bool,
        using random: inout SeededRandom
    ) -> String {
        switch Int.random(in: 0..<9, using: &random) {
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
            switch Int.random(in: 0..<7, using: &random) {
            case 0: .failed(error: "E", cause: "why")
            case 1: .failed(error: "F", cause: nil)
            case 2: .pending
            default: .succeeded(output: .random(depth: 2, using: &random))
            }
        }
    }
}
