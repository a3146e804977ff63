import Testing

@testable import StatesLanguage

@Suite("What is wrong with a definition in JSONata", .timeLimit(.minutes(1)))
struct JSONataProblemTests {
    private func problems(_ definition: String) -> [String] {
        do {
            _ = try StateMachine(definition: definition, resources: TestCatalog())
            return []
        } catch {
            return error.problems.map { problem in
                let prefix = "SCHEMA_VALIDATION_FAILED: "
                let text = problem.description
                return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
            }
        }
    }

    /// A machine of JSONata with the state `S`, and `T` behind it.
    private func jsonata(_ state: String) -> String {
        #"{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":\#(state),"T":{"Type":"Succeed"}}}"#
    }

    private static let processor =
        #""ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}"#

    @Test(
        "fields of JSONPath are refused by their names",
        arguments: [
            (#"{"Type":"Pass","InputPath":"$.a","Next":"T"}"#, "InputPath"),
            (#"{"Type":"Pass","OutputPath":"$.a","Next":"T"}"#, "OutputPath"),
            (#"{"Type":"Pass","Parameters":{},"Next":"T"}"#, "Parameters"),
            (#"{"Type":"Pass","Result":1,"Next":"T"}"#, "Result"),
            (#"{"Type":"Pass","ResultPath":"$.a","Next":"T"}"#, "ResultPath"),
            (#"{"Type":"Task","Resource":"r","ResultSelector":{},"Next":"T"}"#, "ResultSelector"),
            (#"{"Type":"Task","Resource":"r","TimeoutSecondsPath":"$.a","Next":"T"}"#, "TimeoutSecondsPath"),
            (#"{"Type":"Wait","Seconds":1,"SecondsPath":"$.a","Next":"T"}"#, "SecondsPath"),
            (#"{"Type":"Map","ItemsPath":"$.a",\#(processor),"Next":"T"}"#, "ItemsPath"),
            (#"{"Type":"Map","Parameters":{},\#(processor),"Next":"T"}"#, "Parameters"),
        ]
    )
    func fieldOfJSONPath(state: String, field: String) {
        #expect(
            problems(jsonata(state)) == [
                "The field '\(field)' is only supported when 'QueryLanguage' is 'JSONPath' at /States/S/\(field)"
            ]
        )
    }

    @Test(
        "in a state",
        arguments: [
            (
                #"{"Type":"Pass","Output":"{% 1 + %}","Next":"T"}"#,
                "The value for the field 'Output' must be a valid JSONata expression: '1 +' S0207: Unexpected end of expression at character 3 at /States/S/Output"
            ),
            (
                #"{"Type":"Task","Resource":"r","Arguments":{"a":[0,"{% ( %}"]},"Next":"T"}"#,
                #"The value for the field 'Arguments/a[1]' must be a valid JSONata expression: '(' S0203: Expected ")" before end of expression at character 1 at /States/S/Arguments/a[1]"#
            ),
            (
                #"{"Type":"Pass","Output":{"a.$":"$.b"},"Next":"T"}"#,
                "A field of JSONata must not end in '.$'; write the value as '{% … %}' at /States/S/Output/a.$"
            ),
            (
                #"{"Type":"Pass","Output":"{% $states.result %}","Next":"T"}"#,
                "'$states.result' is not available in this field: '$states.result' at /States/S/Output"
            ),
            (
                #"{"Type":"Task","Resource":"r","Arguments":"{% $states.result.a %}","Next":"T"}"#,
                "'$states.result' is not available in this field: '$states.result.a' at /States/S/Arguments"
            ),
            (
                #"{"Type":"Task","Resource":"r","Output":"{% $states.errorOutput %}","Next":"T"}"#,
                "'$states.errorOutput' is not available in this field: '$states.errorOutput' at /States/S/Output"
            ),
            (
                #"{"Type":"Task","Resource":"r","Catch":[{"ErrorEquals":["E"],"Assign":{"a":"{% $states.result %}"},"Next":"T"}],"Next":"T"}"#,
                "'$states.result' is not available in this field: '$states.result' at /States/S/Catch[0]/Assign/a"
            ),
            (
                #"{"Type":"Pass","Output":"{% $states.outcome %}","Next":"T"}"#,
                "'$states.outcome' is not available in this field: '$states.outcome' at /States/S/Output"
            ),
            (
                #"{"Type":"Choice","Choices":[{"Next":"T"}],"Default":"T"}"#,
                "The field 'Condition' is required but was missing at /States/S/Choices[0]"
            ),
            (
                #"{"Type":"Choice","Choices":[{"Condition":"true","Next":"T"}],"Default":"T"}"#,
                #"Expected value of type Boolean or a JSONata expression: "true" at /States/S/Choices[0]/Condition"#
            ),
            (
                #"{"Type":"Choice","Choices":[{"Condition":true,"Variable":"$.a","Next":"T"}],"Default":"T"}"#,
                "The field 'Variable' is only supported when 'QueryLanguage' is 'JSONPath' at /States/S/Choices[0]/Variable"
            ),
            (
                #"{"Type":"Map","Items":{"a":1},\#(processor),"Next":"T"}"#,
                #"Expected value of type Array or a JSONata expression: {"a":1} at /States/S/Items"#
            ),
            (
                #"{"Type":"Map","Items":" {% $a %}",\#(processor),"Next":"T"}"#,
                #"Expected value of type Array or a JSONata expression: " {% $a %}" at /States/S/Items"#
            ),
            (
                #"{"Type":"Wait","Next":"T"}"#,
                "Exactly one of 'Seconds' and 'Timestamp' must be given at /States/S"
            ),
            (
                #"{"Type":"Wait","Seconds":"5","Next":"T"}"#,
                #"Expected value of type Integer from 0 to 99999999: "5" at /States/S/Seconds"#
            ),
            (
                #"{"Type":"Wait","Seconds":"{% $ %","Next":"T"}"#,
                #"Expected value of type Integer from 0 to 99999999: "{% $ %" at /States/S/Seconds"#
            ),
            (
                #"{"Type":"Pass","Assign":{"states":1},"Next":"T"}"#,
                "The variable's name 'states' is reserved at /States/S/Assign/states"
            ),
            (
                #"{"Type":"Fail","Output":1}"#,
                "Field 'Output' is not supported at /States/S"
            ),
            (
                #"{"Type":"Pass","Arguments":1,"Next":"T"}"#,
                "Field 'Arguments' is not supported at /States/S"
            ),
        ]
    )
    func state(state: String, problem: String) {
        #expect(
            problems(jsonata(state)).filter { !$0.hasSuffix("is not reachable. at /States/T") } == [problem]
        )
    }

    @Test(
        "a state has the language of the machine unless it names its own, whatever state it is in",
        arguments: [
            (#""QueryLanguage":"JSONPath","#, #""QueryLanguage":"JSONata","#, #""QueryLanguage":"JSONPath","#, [])
                as (String, String, String, [String]),
            ("", #""QueryLanguage":"JSONata","#, #""InputPath":"$","#, []),
            (
                "", #""QueryLanguage":"JSONata","#, #""Output":1,"#,
                [
                    "The field 'Output' is only supported when 'QueryLanguage' is 'JSONata' at /States/M/ItemProcessor/States/P/Output"
                ]
            ),
            (
                #""QueryLanguage":"JSONata","#, "", #""QueryLanguage":"JSONPath","#,
                [
                    "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at /States/M/ItemProcessor/States/P"
                ]
            ),
            (#""QueryLanguage":"JSONata","#, "", #""Output":"{% $states.context.Map.Item.Index %}","#, []),
        ]
    )
    func inheritance(machine: String, map: String, pass: String, expected: [String]) {
        let definition =
            #"{\#(machine)"StartAt":"M","States":{"M":{"Type":"Map",\#(map)"ItemProcessor":{"StartAt":"P","States":"#
            + #"{"P":{"Type":"Pass",\#(pass)"End":true}}},"End":true}}}"#
        #expect(problems(definition) == expected)
    }

    @Test("the variables that a state refers to are those that come from outside the expression, and no functions")
    func references() throws {
        let machine = try StateMachine(
            definition: jsonata(
                #"{"Type":"Pass","Output":{"a":"{% $x + $sum($map($y.z, function($v, $i) { $v * $i * $w })) %}","b":"{% ($q := $r; $q) %}"},"#
                    + #""Assign":{"c":"{% $states.input[$ = $p].x %}"},"Next":"T"}"#
            ),
            resources: TestCatalog()
        )
        #expect(machine.variableReferences == ["S": ["x", "y", "w", "r", "p"]])
    }
}
