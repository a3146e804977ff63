extension BadRequest {
    /// Definitions of state machines.
    static let definitions: [BadRequest] = [
        BadRequest(
            "a definition that is no JSON",
            target: "CreateStateMachine",
            body: #"{"name": "bad", "roleArn": "arn:aws:iam::000000000000:role/r", "definition": "{"}"#,
            expected: .aws(
                "InvalidDefinition",
                #"Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)"{"; line: 1, column: 1]) at [Source: (String)"{"; line: 1, column: 2]'"#
            )
        ),
        BadRequest(
            "a definition without StartAt",
            target: "CreateStateMachine",
            body:
                #"{"name": "bad", "roleArn": "arn:aws:iam::000000000000:role/r", "definition": "{\"States\": {\"A\": {\"Type\": \"Succeed\"}}}"}"#,
            expected: .aws(
                "InvalidDefinition",
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [StartAt] at /'"
            )
        ),
        BadRequest(
            "a StartAt that is not there",
            target: "CreateStateMachine",
            body:
                #"{"name": "bad", "roleArn": "arn:aws:iam::000000000000:role/r", "definition": "{\"StartAt\": \"B\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}"}"#,
            expected: .aws(
                "InvalidDefinition",
                #"Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /StartAt, MISSING_TRANSITION_TARGET: State "A" is not reachable. at /States/A'"#
            )
        ),
        BadRequest(
            "a state of no type",
            target: "CreateStateMachine",
            body:
                #"{"name": "bad", "roleArn": "arn:aws:iam::000000000000:role/r", "definition": "{\"StartAt\": \"A\", \"States\": {\"A\": {}}}"}"#,
            expected: .aws(
                "InvalidDefinition",
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The field 'Type' is required but was missing at /States/A'"
            )
        ),
        BadRequest(
            "a type that is not there",
            target: "CreateStateMachine",
            body:
                #"{"name": "bad", "roleArn": "arn:aws:iam::000000000000:role/r", "definition": "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Sleep\"}}}"}"#,
            expected: .aws(
                "InvalidDefinition",
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The value for the field 'Type' must be one of Pass, Task, Choice, Wait, Succeed, Fail, Parallel, Map: 'Sleep' at /States/A/Type'"
            )
        ),
        BadRequest(
            "a state after which nothing is said",
            target: "CreateStateMachine",
            body:
                #"{"name": "bad", "roleArn": "arn:aws:iam::000000000000:role/r", "definition": "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\"}}}"}"#,
            expected: .aws(
                "InvalidDefinition",
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: One of 'Next' and 'End' must be given at /States/A'"
            )
        ),
        BadRequest(
            "a Next that is not there",
            target: "CreateStateMachine",
            body:
                #"{"name": "bad", "roleArn": "arn:aws:iam::000000000000:role/r", "definition": "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"B\"}}}"}"#,
            expected: .aws(
                "InvalidDefinition",
                "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next, MISSING_END_STATE: Workflow has no terminal state at null'"
            )
        ),
        BadRequest(
            "a wait for two things",
            target: "CreateStateMachine",
            body:
                #"{"name": "bad", "roleArn": "arn:aws:iam::000000000000:role/r", "definition": "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Wait\", \"Seconds\": 1, \"Timestamp\": \"2036-12-24T18:00:00Z\", \"End\": true}}}"}"#,
            expected: .aws(
                "InvalidDefinition",
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Exactly one of 'Seconds', 'SecondsPath', 'Timestamp' and 'TimestampPath' must be given at /States/A'"
            )
        ),
        BadRequest(
            "a wait of less than nothing",
            target: "CreateStateMachine",
            body:
                #"{"name": "bad", "roleArn": "arn:aws:iam::000000000000:role/r", "definition": "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Wait\", \"Seconds\": -1, \"End\": true}}}"}"#,
            expected: .aws(
                "InvalidDefinition",
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Expected value of type Integer from 0 to 99999999: -1 at /States/A/Seconds'"
            )
        ),
        BadRequest(
            "JSONata that cannot be read",
            target: "CreateStateMachine",
            body:
                #"{"name": "bad", "roleArn": "arn:aws:iam::000000000000:role/r", "definition": "{\"QueryLanguage\": \"JSONata\", \"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\", \"Output\": \"{% 1 + %}\"}}}"}"#,
            expected: .aws(
                "InvalidDefinition",
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The value for the field 'Output' must be a valid JSONata expression: '1 +' S0207: Unexpected end of expression at character 3 at /States/A/Output'"
            )
        ),
        BadRequest(
            "a name with a blank",
            target: "CreateStateMachine",
            body:
                #"{"name": "a b", "roleArn": "arn:aws:iam::000000000000:role/r", "definition": "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}"}"#,
            expected: .aws("InvalidName", "Invalid Name: 'a b'")
        ),
        BadRequest(
            "a type of machine that is none",
            target: "CreateStateMachine",
            body:
                #"{"name": "bad", "roleArn": "arn:aws:iam::000000000000:role/r", "definition": "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}", "type": "FAST"}"#,
            expected: .aws(
                "ValidationException",
                "1 validation error detected: Value 'FAST' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, EXPRESS]"
            )
        ),
    ]
}
