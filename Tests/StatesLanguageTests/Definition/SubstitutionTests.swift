import StatesLanguage
import Testing

@Suite("Definition substitutions", .timeLimit(.minutes(1)))
struct SubstitutionTests {
    @Test(
        "placeholders get their values",
        arguments: [
            (#""${DDBTable}""#, #""orders""#), ("${A}${DDBTable}", "1orders"), ("no placeholder", "no placeholder"),
            ("$", "$"), ("${", "${"), ("${}", "${}"), ("${not closed", "${not closed"), ("${a b}", "${a b}"),
            ("${${A}}", "${1}"), ("$.a${A}", "$.a1"),
            ("arn:aws:lambda:${AWS::Region}:${A}:x", "arn:aws:lambda:eu-west-1:1:x"),
            ("${AWS::}${AWS:Region}", "${AWS::}${AWS:Region}"),
            ("${Quoted}", #"say \"hi\"\\\n"#),
        ]
    )
    func values(definition: String, result: String) throws {
        let values: [Spelling: String] = [
            "DDBTable": "orders", "A": "1", "Quoted": "say \"hi\"\\\n", "AWS::Region": "eu-west-1",
        ]
        #expect(try StateMachine.substituting(values, in: definition) == result)
    }

    @Test("placeholders without a value are all named, once")
    func missing() {
        #expect {
            try StateMachine.substituting(["A": "1"], in: "${B} ${A} ${C} ${B}")
        } throws: {
            ($0 as? DefinitionError)?.description
                == "SCHEMA_VALIDATION_FAILED: The substitution '${B}' has no value at /, "
                + "SCHEMA_VALIDATION_FAILED: The substitution '${C}' has no value at /"
        }
    }

    @Test("values are not searched again")
    func nested() throws {
        #expect(try StateMachine.substituting(["A": "${B}"], in: "${A}") == "${B}")
    }
}
