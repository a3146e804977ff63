import Testing

@testable import StatesLanguage

@Suite("Parallel and Map states that cannot be run", .timeLimit(.minutes(1)))
struct ForkProblemTests {
    private func problems(_ state: String) -> [String] {
        do {
            _ = try StateMachine(definition: machine(state), resources: TestCatalog())
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    private static let processor = #""ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Succeed"}}}"#

    @Test(
        "the problem, and where it is",
        arguments: [
            (#"{"Type":"Parallel","End":true}"#, "The field 'Branches' is required but was missing at /States/S"),
            (#"{"Type":"Parallel","Branches":[],"End":true}"#, "Value cannot be empty at /States/S/Branches"),
            (
                #"{"Type":"Parallel","Branches":{},"End":true}"#,
                "Expected value of type Array: {} at /States/S/Branches"
            ),
            (
                #"{"Type":"Parallel","Branches":[1],"End":true}"#,
                "Expected value of type Object at /States/S/Branches[0]"
            ),
            (
                #"{"Type":"Parallel","Branches":[{}],"End":true}"#,
                "These fields are required: [States, StartAt] at /States/S/Branches[0]"
            ),
            (
                #"{"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}},"X":1}],"End":true}"#,
                "Field 'X' is not supported at /States/S/Branches[0]"
            ),
            (
                #"{"Type":"Parallel","Branches":[{"QueryLanguage":"JSONPath","StartAt":"A","States":{"A":{"Type":"Succeed"}}}],"End":true}"#,
                "Field 'QueryLanguage' is not supported at /States/S/Branches[0]"
            ),
            (
                #"{"Type":"Map","ItemProcessor":{"QueryLanguage":"JSONPath","StartAt":"I","States":{"I":{"Type":"Succeed"}}},"End":true}"#,
                "Field 'QueryLanguage' is not supported at /States/S/ItemProcessor"
            ),
            (
                #"{"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Nothing"}}}],"End":true}"#,
                "The value for the field 'Type' must be one of Pass, Task, Choice, Wait, Succeed, Fail, Parallel, Map: "
                    + "'Nothing' at /States/S/Branches[0]/States/A/Type"
            ),
            (
                #"{"Type":"Parallel","Branches":[{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}]}"#,
                "One of 'Next' and 'End' must be given at /States/S"
            ),
            (#"{"Type":"Map","End":true}"#, "The field 'ItemProcessor' is required but was missing at /States/S"),
            (
                #"{"Type":"Map","ItemProcessor":{"StartAt":"I"},"End":true}"#,
                "These fields are required: [States] at /States/S/ItemProcessor"
            ),
            (
                #"{"Type":"Map","Iterator":5,"End":true}"#, "Expected value of type Object: 5 at /States/S/Iterator"
            ),
            (
                #"{"Type":"Map",\#(processor),"Iterator":{"StartAt":"J","States":{"J":{"Type":"Succeed"}}},"End":true}"#,
                "Only one of 'ItemProcessor' and 'Iterator' may be given at /States/S/Iterator"
            ),
            (
                #"{"Type":"Map",\#(processor),"ItemSelector":{},"Parameters":{},"End":true}"#,
                "Only one of 'ItemSelector' and 'Parameters' may be given at /States/S/Parameters"
            ),
            (
                #"{"Type":"Map",\#(processor),"MaxConcurrency":-1,"End":true}"#,
                "Expected value of type Integer from 0 to 2147483647: -1 at /States/S/MaxConcurrency"
            ),
            (
                #"{"Type":"Map",\#(processor),"MaxConcurrency":1,"MaxConcurrencyPath":"$.a","End":true}"#,
                "Only one of 'MaxConcurrency' and 'MaxConcurrencyPath' may be given at /States/S/MaxConcurrencyPath"
            ),
            (
                #"{"Type":"Map",\#(processor),"ToleratedFailurePercentage":101,"End":true}"#,
                "ToleratedFailurePercentage must be between 0 and 100. at /States/S/ToleratedFailurePercentage"
            ),
            (
                #"{"Type":"Map",\#(processor),"Result":1,"End":true}"#,
                "Field 'Result' is not supported at /States/S"
            ),
            (
                #"{"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"OTHER"},"StartAt":"I","States":{"I":{"Type":"Succeed"}}},"End":true}"#,
                "The value for the field 'Mode' must be one of INLINE, DISTRIBUTED: 'OTHER' "
                    + "at /States/S/ItemProcessor/ProcessorConfig/Mode"
            ),
        ]
    )
    func problem(state: String, problem: String) {
        #expect(problems(state) == ["SCHEMA_VALIDATION_FAILED: " + problem])
    }

    @Test("a transition stays within its branch, and every state of it is reached")
    func transitions() {
        #expect(
            problems(
                #"{"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"S"}}}]}"#
            ) == [
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: S at /States/S/Branches[0]/States/A/Next",
                "MISSING_END_STATE: Workflow has no terminal state at /States/S/Branches[0]",
            ]
        )
        #expect(
            problems(#"{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"A","States":{"B":{"Type":"Succeed"}}}}"#)
                == [
                    "MISSING_TRANSITION_TARGET: Missing 'Next' target: A at /States/S/ItemProcessor/StartAt",
                    #"MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/S/ItemProcessor/States/B"#,
                ]
        )
        #expect(
            problems(
                #"{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"A","States":{"A":{"Type":"Succeed"},"B":{"Type":"Succeed"}}}}"#
            ) == [#"MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/S/ItemProcessor/States/B"#]
        )
    }

    @Test("a state's name stands for it in the whole machine")
    func names() {
        #expect(
            problems(
                #"{"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","States":{"A":{"Type":"Succeed"}}},"#
                    + #"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}]}"#
            ) == ["DUPLICATE_STATE_NAME: Duplicate State name: A at /States/S/Branches[1]/States/A"]
        )
        #expect(
            problems(#"{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"S","States":{"S":{"Type":"Succeed"}}}}"#)
                == ["DUPLICATE_STATE_NAME: Duplicate State name: S at /States/S/ItemProcessor/States/S"]
        )
    }
}
