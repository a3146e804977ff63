import StatesLanguage

/// Machines that between them stop in every phase a flow can have.
struct TestMachine: Sendable, CustomStringConvertible {
    var description: String
    var definition: String
    var input = "{}"
    var tasks: [TaskDisposition] = []
    /// Answers given at the wake-ups, by the number of the step.
    var answers: [Int: Stimulus] = [:]

    /// One in JSONata, with iterations that wait and ask for tasks.
    static let jsonata = TestMachine(
        description: "JSONata: a map with waits and random values, retries, a catcher, variables",
        definition: #"""
            {"QueryLanguage":"JSONata","StartAt":"A","States":{
              "A":{"Type":"Map","Items":"{% [1..3].{'n': $, 'r': $random()} %}","MaxConcurrency":"{% 2 %}",
                "ItemSelector":{"i":"{% $states.context.Map.Item.Value %}","u":"{% $uuid() %}"},
                "ItemProcessor":{"StartAt":"W","States":{
                  "W":{"Type":"Wait","Seconds":"{% $states.input.i.n %}","Next":"T"},
                  "T":{"Type":"Task","Resource":"r","Arguments":"{% $states.input %}","Assign":{"x":"{% $now() %}"},
                    "Retry":[{"ErrorEquals":["E"]}],"Output":["{% $states.input %}","{% $states.result %}"],"Next":"U"},
                  "U":{"Type":"Wait","Timestamp":"{% $fromMillis($toMillis($x) + 1500) %}","End":true}}},
                "Assign":{"all":"{% $shuffle($states.result) %}"},"Output":"{% $millis() %}","Next":"B"},
              "B":{"Type":"Task","Resource":"r","Arguments":{"of":"{% $count($all) %}","no":"{% $all[$random() > 2] %}"},"End":true,
                "Catch":[{"ErrorEquals":["States.QueryEvaluationError"],"Output":"{% $states %}","Next":"C"}]},
              "C":{"Type":"Wait","Seconds":1,"Output":"{% $all %}","End":true}}}
            """#,
        tasks: [.failed(error: "E", cause: nil)]
    )

    static let all: [TestMachine] = [
        TestMachine(
            description: "waits in a row, data on the way",
            definition: #"""
                {"StartAt":"A","States":{
                  "A":{"Type":"Wait","Seconds":1,"Next":"B"},
                  "B":{"Type":"Pass","Result":{"x":[1,2.5,"é😀"]},"ResultPath":"$.r","Next":"C"},
                  "C":{"Type":"Wait","SecondsPath":"$.s","OutputPath":"$.r","Next":"D"},
                  "D":{"Type":"Wait","Seconds":2,"End":true}}}
                """#,
            input: #"{ "s": 3, "t": null }"#
        ),
        TestMachine(
            description: "the input comes back in another order",
            definition: #"""
                {"StartAt":"A","States":{
                  "A":{"Type":"Pass","Parameters":{"b.$":"$.b","a.$":"$.a"},"Next":"B"},
                  "B":{"Type":"Wait","Seconds":1,"End":true}}}
                """#,
            input: #"{"a":1,"b":2}"#
        ),
        TestMachine(
            description: "retries, then a catcher, then a wait",
            definition: #"""
                {"StartAt":"A","States":{
                  "A":{"Type":"Task","Resource":"r","ResultPath":"$.r","Next":"B",
                    "Retry":[{"ErrorEquals":["E"],"MaxAttempts":2,"JitterStrategy":"FULL","IntervalSeconds":9},{"ErrorEquals":["F"]}],
                    "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"B"}]},
                  "B":{"Type":"Wait","Seconds":1,"End":true}}}
                """#,
            tasks: ["E", "F", "E", "F", "E"].map { .failed(error: $0, cause: "why") }
        ),
        TestMachine(
            description: "a task that times out, is retried, and is answered",
            definition: #"""
                {"StartAt":"A","TimeoutSeconds":1000,"States":{
                  "A":{"Type":"Pass","Result":[1],"Next":"B"},
                  "B":{"Type":"Task","Resource":"r","TimeoutSeconds":5,"HeartbeatSeconds":4,"End":true,
                    "Retry":[{"ErrorEquals":["States.Timeout"]}]}}}
                """#,
            tasks: [.pending, .pending],
            answers: [2: .succeeded(task: 8, output: .string("done"))]
        ),
        TestMachine(
            description: "a loop with a wait and a choice",
            definition: #"""
                {"StartAt":"A","States":{
                  "A":{"Type":"Task","Resource":"r","ResultPath":"$.n","Next":"B"},
                  "B":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericGreaterThan":2,"Next":"D"}],"Default":"C"},
                  "C":{"Type":"Wait","Seconds":5,"Next":"A"},
                  "D":{"Type":"Fail","ErrorPath":"$$.State.Name","CausePath":"$$.State.EnteredTime"}}}
                """#,
            tasks: [.succeeded(output: .integer(1)), .succeeded(output: .integer(2)), .succeeded(output: .double(2.5))]
        ),
        TestMachine(
            description: "more states than one step enters",
            definition: #"""
                {"StartAt":"A","States":{
                  "A":{"Type":"Pass","Parameters":{"l.$":"$.l"},"Next":"B"},
                  "B":{"Type":"Task","Resource":"r","ResultPath":"$.n","Next":"C"},
                  "C":{"Type":"Choice","Choices":[{"Variable":"$.n","IsNull":true,"Next":"D"}],"Default":"A"},
                  "D":{"Type":"Succeed"}}}
                """#,
            input: #"{"l":{"k":"v"}}"#,
            tasks: Array(repeating: .succeeded(output: .integer(0)), count: 700) + [.succeeded(output: .null)]
        ),
        TestMachine(
            description: "the machine times out",
            definition: #"{"StartAt":"A","TimeoutSeconds":7,"States":{"A":{"Type":"Wait","Seconds":60,"End":true}}}"#
        ),
    ]
}
