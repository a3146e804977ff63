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
        "fields of JSONata are refused by their names where a state has JSONPath",
        arguments: [
            (#"{"Type":"Task","Resource":"r","Arguments":{},"Next":"T"}"#, "Arguments"),
            (#"{"Type":"Task","Resource":"r","Output":1,"Next":"T"}"#, "Output"),
            (#"{"Type":"Wait","Seconds":1,"Output":1,"Next":"T"}"#, "Output"),
        ]
    )
    func field(state: String, field: String) {
        #expect(
            problems(state) == [
                "SCHEMA_VALIDATION_FAILED: The field '\(field)' is only supported when 'QueryLanguage' is 'JSONata' "
                    + "at /States/S/\(field)"
            ]
        )
    }

    @Test(
        "paths that need what is not there are refused wherever a path may stand",
        arguments: [
            (#"{"Type":"Succeed","InputPath":"$.e()"}"#, "InputPath", "$.e()", "calls a function, which is")
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
