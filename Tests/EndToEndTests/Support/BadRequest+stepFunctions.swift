extension BadRequest {
    /// Calls of the Step Functions API, with the errors of AWS.
    static let stepFunctions: [BadRequest] = [
        BadRequest(
            "a target of another service",
            headers: ["X-Amz-Target": "DynamoDB_20120810.ListTables"],
            body: "{}",
            expected: .aws(
                "UnknownOperationException",
                "X-Amz-Target: must begin with AWSStepFunctions.: 'DynamoDB_20120810.ListTables'"
            )
        ),
        BadRequest(
            "an operation that is not there",
            target: "MakeCoffee",
            body: "{}",
            expected: .aws("UnknownOperationException", "X-Amz-Target: 'MakeCoffee' is not supported by this version")
        ),
        BadRequest(
            "a body that is no JSON",
            target: "ListStateMachines",
            body: "{",
            expected: .aws(
                "SerializationException",
                "body: must be JSON (Unexpected end-of-input: expected close marker for Object (start marker at line 1, column 1) at line 1, column 2)"
            )
        ),
        BadRequest(
            "a body that is a list",
            target: "ListStateMachines",
            body: "[]",
            expected: .aws("SerializationException", "body: must be a JSON object")
        ),
        BadRequest(
            "a start without a state machine",
            target: "StartExecution",
            body: "{}",
            expected: .aws(
                "ValidationException",
                "1 validation error detected: Value null at 'stateMachineArn' failed to satisfy constraint: Member must not be null"
            )
        ),
        BadRequest(
            "a start with an ARN that is none",
            target: "StartExecution",
            body: #"{"stateMachineArn": "waitable"}"#,
            expected: .aws("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: waitable'")
        ),
        BadRequest(
            "a start of a state machine that is not there",
            target: "StartExecution",
            body: #"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:nowhere"}"#,
            expected: .aws(
                "StateMachineDoesNotExist",
                "State Machine Does Not Exist: 'arn:aws:states:us-east-1:000000000000:stateMachine:nowhere'"
            )
        ),
        BadRequest(
            "a start with a bad name",
            target: "StartExecution",
            body:
                #"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction", "name": "a b"}"#,
            expected: .aws("InvalidName", "Invalid Name: 'a b'")
        ),
        BadRequest(
            "a start with input that is no JSON",
            target: "StartExecution",
            body:
                #"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction", "input": "{"}"#,
            expected: .aws(
                "InvalidExecutionInput",
                #"Invalid State Machine Execution Input: 'Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)"{"; line: 1, column: 1])'"#
            )
        ),
        BadRequest(
            "a start with a number for a name",
            target: "StartExecution",
            body:
                #"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction", "name": 5}"#,
            expected: .aws("SerializationException", "name: STRING_VALUE can not be read from 5")
        ),
        BadRequest(
            "a start of the same name with other input",
            target: "StartExecution",
            body:
                #"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction", "name": "order-42", "input": "{}"}"#,
            expected: .aws(
                "ExecutionAlreadyExists",
                "Execution Already Exists: 'arn:aws:states:us-east-1:000000000000:execution:waitable-stepfunction:order-42'"
            )
        ),
        BadRequest(
            "an execution that is not there",
            target: "DescribeExecution",
            body: #"{"executionArn": "arn:aws:states:us-east-1:000000000000:execution:waitable-stepfunction:nothing"}"#,
            expected: .aws(
                "ExecutionDoesNotExist",
                "Execution Does Not Exist: 'arn:aws:states:us-east-1:000000000000:execution:waitable-stepfunction:nothing'"
            )
        ),
        BadRequest(
            "a state machine's ARN for an execution's",
            target: "DescribeExecution",
            body: #"{"executionArn": "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"}"#,
            expected: .aws("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: stateMachine'")
        ),
        BadRequest(
            "a page of 1001",
            target: "ListExecutions",
            body:
                #"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction", "maxResults": 1001}"#,
            expected: .aws(
                "ValidationException",
                "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000"
            )
        ),
        BadRequest(
            "a page of less than nothing",
            target: "ListStateMachines",
            body: #"{"maxResults": -1}"#,
            expected: .aws(
                "ValidationException",
                "1 validation error detected: Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 0"
            )
        ),
        BadRequest(
            "a status filter that is none",
            target: "ListExecutions",
            body:
                #"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction", "statusFilter": "DONE"}"#,
            expected: .aws(
                "ValidationException",
                "1 validation error detected: Value 'DONE' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]"
            )
        ),
        BadRequest(
            "a token of no page",
            target: "ListStateMachines",
            body: #"{"nextToken": "x"}"#,
            expected: .aws("InvalidToken", "Invalid Token: 'Invalid token'")
        ),
        BadRequest(
            "a token of no page of executions",
            target: "ListExecutions",
            body:
                #"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction", "nextToken": "x"}"#,
            expected: .aws("InvalidToken", "Invalid Token: 'Invalid token'")
        ),
        BadRequest(
            "a stop with an error of 257 characters",
            target: "StopExecution",
            body:
                #"{"executionArn": "arn:aws:states:us-east-1:000000000000:execution:waitable-stepfunction:order-42", "error": "\#(long(257))"}"#,
            expected: .aws(
                "ValidationException",
                "1 validation error detected: Value '\(long(257))' at 'error' failed to satisfy constraint: Member must have length less than or equal to 256"
            )
        ),
        BadRequest(
            "a redrive of what runs",
            target: "RedriveExecution",
            body:
                #"{"executionArn": "arn:aws:states:us-east-1:000000000000:execution:waitable-stepfunction:order-42"}"#,
            expected: .aws("ExecutionNotRedrivable", "Execution is RUNNING and cannot be redriven")
        ),
        BadRequest(
            "a history of nothing",
            target: "GetExecutionHistory",
            body: #"{"executionArn": "arn:aws:states:us-east-1:000000000000:execution:waitable-stepfunction:nothing"}"#,
            expected: .aws(
                "ExecutionDoesNotExist",
                "Execution Does Not Exist: 'arn:aws:states:us-east-1:000000000000:execution:waitable-stepfunction:nothing'"
            )
        ),
        BadRequest(
            "a deletion of an ARN that is none",
            target: "DeleteStateMachine",
            body: #"{"stateMachineArn": "x"}"#,
            expected: .aws("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: x'")
        ),
        BadRequest(
            "an update of nothing",
            target: "UpdateStateMachine",
            body:
                #"{"stateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:nowhere", "definition": "{}"}"#,
            expected: .aws(
                "StateMachineDoesNotExist",
                "State Machine Does Not Exist: 'arn:aws:states:us-east-1:000000000000:stateMachine:nowhere'"
            )
        ),
        BadRequest(
            "tags of nothing",
            target: "ListTagsForResource",
            body: #"{"resourceArn": "arn:aws:states:us-east-1:000000000000:stateMachine:nowhere"}"#,
            expected: .aws(
                "ResourceNotFound",
                "Resource not found: 'arn:aws:states:us-east-1:000000000000:stateMachine:nowhere'"
            )
        ),
    ]
}
