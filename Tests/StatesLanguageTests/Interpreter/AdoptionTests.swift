import Testing

@testable import StatesLanguage

@Suite("Adoption", .timeLimit(.minutes(1)))
struct AdoptionTests {
    private func adopt(
        _ definition: String,
        _ tasks: inout ScriptedTasks,
        input: String = #"{ "a":1 }"#
    ) throws -> Advance? {
        let machine = try StateMachine(definition: definition, resources: TestCatalog())
        return Interpreter(machine: machine, context: try Run.context(input: input), recording: .all)
            .adopt(at: Run.start, tasks: &tasks)
    }

    @Test("what stands before the wait is not run, and the wait has the caller's input")
    func skipping() throws {
        var tasks = ScriptedTasks()
        let advance = try #require(
            try adopt(
                #"""
                {"StartAt":"A","States":{"A":{"Type":"Pass","Result":5,"Next":"B"},"B":{"Type":"Task","Resource":"b","Next":"W"},
                  "W":{"Type":"Wait","Seconds":60,"Next":"C"},"C":{"Type":"Task","Resource":"c","ResultPath":"$.r","End":true}}}
                """#,
                &tasks
            )
        )
        #expect(tasks.requests.map(\.resource) == ["c"])
        #expect(advance.outcome == .succeeded(output: #"{"a":1,"r":{}}"#))
        #expect(
            advance.events.map { "\($0.id)<\($0.previousID) \($0.type)" } == [
                "1<0 ExecutionStarted", "2<0 WaitStateEntered", "3<2 WaitStateExited", "4<3 TaskStateEntered",
                "5<4 TaskScheduled", "6<5 TaskStarted", "7<6 TaskSucceeded", "8<7 TaskStateExited",
                "9<8 ExecutionSucceeded",
            ]
        )
        #expect(advance.events[1].details?.members["input"] == .string(#"{ "a":1 }"#))
        #expect(advance.lastEventID == 9)
    }

    @Test("only the first wait is over; the machine's time counts from now")
    func secondWait() throws {
        var tasks = ScriptedTasks()
        let advance = try #require(
            try adopt(
                #"""
                {"StartAt":"V","TimeoutSeconds":100,"States":{"V":{"Type":"Wait","TimestampPath":"$.none","Next":"W"},
                  "W":{"Type":"Wait","Seconds":60,"End":true}}}
                """#,
                &tasks
            )
        )
        guard case .running(let flow) = advance.outcome else {
            Issue.record("does not wait")
            return
        }
        #expect(flow.json.text == #"{"n":"W","e":1800000000123,"i":4,"t":1800000100123,"w":1800000060123}"#)
    }

    @Test(
        "a line that branches, or ends, leads to no wait",
        arguments: [
            #"{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"T"}],"Default":"T"}"#,
            #"{"Type":"Task","Resource":"r","End":true,"Catch":[{"ErrorEquals":["E"],"Next":"T"}]}"#,
        ]
    )
    func none(state: String) throws {
        var tasks = ScriptedTasks()
        #expect(try adopt(machine(state, #","T":{"Type":"Wait","Seconds":1,"End":true}"#), &tasks) == nil)
        #expect(tasks.requests.isEmpty)
    }
}
