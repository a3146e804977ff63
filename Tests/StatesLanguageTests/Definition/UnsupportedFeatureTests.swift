import Testing

@testable import StatesLanguage

@Suite("Features that this version does not have", .timeLimit(.minutes(1)))
struct UnsupportedFeatureTests {
    private func problems(_ state: String) -> [String] {
        do {
            _ = try StateMachine(definition: machine(state, #","T":{"Type":"Succeed"}"#), resources: TestCatalog())
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test("a field with a slash in its name is named whole")
    func slash() {
        #expect(
            problems(#"{"Type":"Pass","Parameters":{"x":{"a/b.$":"c"}},"Next":"T"}"#) == [
                "SCHEMA_VALIDATION_FAILED: The value for the field 'a/b.$' must be a valid JSONPath or a valid "
                    + "intrinsic function call: 'c' must begin with '$' at /States/S/Parameters/x/a/b.$"
            ]
        )
    }

    @Test(
        "fields of JSONata and variables are refused by their names, in every type that AWS has them in",
        arguments: [
            (#"{"Type":"Pass","Assign":{"a":1},"Next":"T"}"#, "Variables ('Assign')", "Assign"),
            (#"{"Type":"Wait","Seconds":1,"Assign":{"a":1},"Next":"T"}"#, "Variables ('Assign')", "Assign"),
            (#"{"Type":"Task","Resource":"r","Assign":{"a":1},"Next":"T"}"#, "Variables ('Assign')", "Assign"),
            (
                #"{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"T","Assign":{}}]}"#,
                "Variables ('Assign')", "Choices[0]/Assign"
            ),
            (
                #"{"Type":"Task","Resource":"r","Retry":[{"ErrorEquals":["E"],"Assign":{}}],"Next":"T"}"#,
                "Variables ('Assign')", "Retry[0]/Assign"
            ),
            (#"{"Type":"Task","Resource":"r","Arguments":{},"Next":"T"}"#, "JSONata ('Arguments')", "Arguments"),
            (#"{"Type":"Task","Resource":"r","Output":1,"Next":"T"}"#, "JSONata ('Output')", "Output"),
            (#"{"Type":"Wait","Seconds":1,"Output":1,"Next":"T"}"#, "JSONata ('Output')", "Output"),
        ]
    )
    func field(state: String, feature: String, place: String) {
        let expected =
            "SCHEMA_VALIDATION_FAILED: \(feature) are not supported by this version at /States/S/\(place)"
        let singular = "SCHEMA_VALIDATION_FAILED: \(feature) is not supported by this version at /States/S/\(place)"
        #expect(problems(state) == [feature.hasPrefix("JSONata") ? singular : expected])
    }

    @Test(
        "paths that need what is not there are refused wherever a path may stand",
        arguments: [
            (#"{"Type":"Succeed","InputPath":"$v"}"#, "InputPath", "$v", "uses a variable, and variables are"),
            (
                #"{"Type":"Succeed","OutputPath":"$$.Task.Token"}"#, "OutputPath", "$$.Task.Token",
                "needs '$$.Task', which is"
            ),
            (#"{"Type":"Succeed","InputPath":"$.e()"}"#, "InputPath", "$.e()", "calls a function, which is"),
            (
                #"{"Type":"Wait","SecondsPath":"$v.s","Next":"T"}"#, "SecondsPath", "$v.s",
                "uses a variable, and variables are"
            ),
        ]
    )
    func path(state: String, field: String, path: String, reason: String) {
        #expect(
            problems(state).first
                == "SCHEMA_VALIDATION_FAILED: The value for the field '\(field)' must be a valid JSONPath: '\(path)' "
                + "\(reason) not supported by this version at /States/S/\(field)"
        )
    }
}
