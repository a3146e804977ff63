import Testing

@testable import StatesLanguage

@Suite("Choice rules that cannot be run", .timeLimit(.minutes(1)))
struct ChoiceRuleProblemTests {
    /// The problems of a definition in one line; those of the usual code without it.
    private func problems(_ definition: String) -> String {
        do {
            _ = try StateMachine(definition: definition, resources: TestCatalog())
            return "none"
        } catch {
            return error.problems.map { problem in
                let prefix = problem.code == "SCHEMA_VALIDATION_FAILED" ? "\(problem.code): " : ""
                return String(problem.description.dropFirst(prefix.count))
            }.joined(separator: ", ")
        }
    }

    @Test(
        "the problem, and where it is",
        arguments: [
            (#"{"Next":"T"}"#, "The field 'Variable' is required but was missing at /States/S/Choices[0]"),
            (#"{"Variable":"$.a","Next":"T"}"#, "Exactly one comparison must be given at /States/S/Choices[0]"),
            (
                #"{"Variable":"$.a","IsNull":true}"#,
                "The field 'Next' is required but was missing at /States/S/Choices[0]"
            ),
            (
                #"{"Variable":"$.a","IsNull":true,"IsString":true,"Next":"T"}"#,
                "Exactly one comparison must be given at /States/S/Choices[0]"
            ),
            (
                #"{"Variable":"$.a","StringEquals":1,"Next":"T"}"#,
                "Expected value of type String: 1 at /States/S/Choices[0]/StringEquals"
            ),
            (
                #"{"Variable":"$.a","TimestampEquals":"now","Next":"T"}"#,
                "String does not match RFC3339 timestamp at /States/S/Choices[0]/TimestampEquals"
            ),
            (
                #"{"Variable":"$.a","TimestampEquals":5,"Next":"T"}"#,
                "Expected value of type Timestamp: 5 at /States/S/Choices[0]/TimestampEquals"
            ),
            (
                #"{"Variable":"$.a","Equals":1,"Next":"T"}"#,
                "Exactly one comparison must be given at /States/S/Choices[0], Field 'Equals' is not supported at /States/S/Choices[0]"
            ),
            (
                #"{"Variable":"a","IsNull":true,"Next":"T"}"#,
                "The value for the field 'Variable' must be a valid JSONPath: 'a' must begin with '$' at /States/S/Choices[0]/Variable"
            ),
            (#"{"And":[],"Next":"T"}"#, "Expected a non-empty array of choice rules at /States/S/Choices[0]/And"),
            (#"{"Not":[],"Next":"T"}"#, "Expected value of type Object at /States/S/Choices[0]/Not"),
            (
                #"{"And":[{"Variable":"$.a","IsNull":true,"Next":"T"}],"Next":"T"}"#,
                "'Next' is allowed in top-level choice rules only at /States/S/Choices[0]/And[0]/Next"
            ),
            (
                #"{"And":[{"Variable":"$.a","IsNull":true}],"Variable":"$.b","Next":"T"}"#,
                "Only one of 'And', 'Or', 'Not' and a comparison may be given at /States/S/Choices[0]/And"
            ),
            (
                #"{"Condition":"{% true %}","Next":"T"}"#,
                "The field 'Condition' is only supported when 'QueryLanguage' is 'JSONata' at /States/S/Choices[0]/Condition"
            ),
            (
                #"{"Variable":"$.a","IsNull":true,"Next":"X"}"#,
                #"MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/S/Choices[0]/Next, MISSING_TRANSITION_TARGET: State "T" is not reachable. at /States/T"#
            ),
            (
                #"{"Variable":"$.a","BooleanLessThan":true,"Next":"T"}"#,
                "Exactly one comparison must be given at /States/S/Choices[0], Field 'BooleanLessThan' is not supported at /States/S/Choices[0]"
            ),
            (
                #"{"Variable":"$.a","IsNull":"true","Next":"T"}"#,
                #"Expected value of type Boolean: "true" at /States/S/Choices[0]/IsNull"#
            ),
        ]
    )
    func rule(rule: String, problem: String) {
        let state = #"{"Type":"Choice","Choices":[\#(rule)]}"#
        #expect(problems(machine(state, #","T":{"Type":"Succeed"}"#)) == problem)
    }
}
