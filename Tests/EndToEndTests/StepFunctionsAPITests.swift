import Foundation
import StatesLanguage
import Testing
import Waitable

/// The Step Functions API over HTTP, with AWS's shapes and errors.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct StepFunctionsAPITests {
    private static let role: JSON = "arn:aws:iam::000000000000:role/any"

    @Test("The sample's definition, from CreateStateMachine to GetExecutionHistory")
    func sample() async throws {
        try await Stack.with { stack in
            let worker = try stack.worker()
            let file = Program.root.appending(path: "statemachine/waitable-stepfunction.asl.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            let definition = try StateMachine.substituting(["DDBTable": "items"], in: text)
            let create: JSONObject = ["name": "sample", "definition": .string(definition), "roleArn": Self.role]
            let created = try await stack.call("CreateStateMachine", create)
            #expect(created.status == 200)
            let machine = try #require(created.json.objectValue?["stateMachineArn"])
            #expect(machine == "arn:aws:states:us-east-1:000000000000:stateMachine:sample")
            #expect(try await stack.call("CreateStateMachine", create).json == created.json)

            let described = try await stack.call("DescribeStateMachine", ["stateMachineArn": machine])
            #expect(described.json.objectValue?["definition"] == .string(definition))
            #expect(described.json.objectValue?["status"] == "ACTIVE")

            let due = try await stack.now().adding(milliseconds: 3_000).iso8601
            let input = #"{ "Id": "order-7",  "StartTimestamp": "\#(due)" }"#
            let start: JSONObject = ["stateMachineArn": machine, "name": "order-7", "input": .string(input)]
            let started = try await stack.call("StartExecution", start)
            let execution = try #require(started.json.objectValue?["executionArn"])
            #expect(execution == "arn:aws:states:us-east-1:000000000000:execution:sample:order-7")
            #expect(try await stack.call("StartExecution", start).json == started.json)

            let running = try await stack.call("DescribeExecution", ["executionArn": execution])
            #expect(running.json.objectValue?["status"] == "RUNNING")
            #expect(running.json.objectValue?["input"] == .string(input))
            try await eventually("it has succeeded") {
                try await stack.call("DescribeExecution", ["executionArn": execution]).json.objectValue?["status"]
                    == "SUCCEEDED"
            }
            let history = try await stack.call("GetExecutionHistory", ["executionArn": execution])
            let listed = try #require(history.json.objectValue?["events"]?.arrayValue)
            let events = listed.compactMap(\.objectValue)
            #expect(
                events.map { $0["type"]?.stringValue } == [
                    "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded",
                    "TaskStateExited", "WaitStateEntered", "WaitStateExited", "TaskStateEntered", "TaskScheduled",
                    "TaskStarted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded",
                ]
            )
            #expect(events.map { $0["id"]?.integerValue } == (1...14).map { $0 })
            #expect(events.map { $0["previousEventId"]?.integerValue } == [0, 0] + (2...13).map { $0 })
            #expect(events[1]["stateEnteredEventDetails"]?.objectValue?["input"] == .string(input))
            let entered = try #require(events[8]["timestamp"]?.numberValue)
            #expect(try #require(Instant(iso8601: due)).milliseconds <= Int64((entered * 1_000).rounded()))

            let page: JSONObject = ["executionArn": execution, "maxResults": .integer(10), "reverseOrder": .bool(true)]
            let first = try #require(try await stack.call("GetExecutionHistory", page).json.objectValue)
            #expect(first["events"]?.arrayValue?.first?.objectValue?["id"] == .integer(14))
            let rest = page.setting("nextToken", try #require(first["nextToken"]))
            let second = try #require(try await stack.call("GetExecutionHistory", rest).json.objectValue)
            #expect(second["events"]?.arrayValue?.count == 4)
            #expect(second["nextToken"] == nil)
            worker.signal(SIGTERM)
        }
    }

    @Test("A stopped execution is ABORTED at once, and stays so")
    func stop() async throws {
        try await Stack.with { stack in
            let machine = try await stack.machine(
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":600,"End":true}}}"#
            )
            let started = try await stack.call("StartExecution", ["stateMachineArn": machine, "name": "e"])
            let execution = try #require(started.json.objectValue?["executionArn"])
            let stop: JSONObject = ["executionArn": execution, "error": "Why", "cause": "Because"]
            let stopped = try await stack.call("StopExecution", stop)
            #expect(stopped.json.objectValue?["stopDate"]?.numberValue != nil)
            let described = try #require(
                try await stack.call("DescribeExecution", ["executionArn": execution]).json.objectValue
            )
            #expect(described["status"] == "ABORTED")
            #expect(described["error"] == "Why")
            #expect(described["cause"] == "Because")
            #expect(described["redriveStatus"] == "REDRIVABLE")
            #expect(try await stack.call("StopExecution", stop).json == stopped.json)
            #expect(try await stack.dueCount() == 0)
            let history = try await stack.call("GetExecutionHistory", ["executionArn": execution])
            let last = try #require(history.json.objectValue?["events"]?.arrayValue?.last?.objectValue)
            #expect(last["type"] == "ExecutionAborted")
            #expect(last["previousEventId"] == .integer(0))
            let again = try await stack.call("StartExecution", ["stateMachineArn": machine, "name": "e"])
            #expect(again.json.objectValue?["__type"] == "ExecutionAlreadyExists")
        }
    }

    @Test("Conditions, counters and a task's failure reach the flow, by the commit's outcome")
    func itemOutcomes() async throws {
        try await Stack.with { stack in
            let worker = try stack.worker()
            let machine = try await stack.machine(
                #"""
                {"StartAt":"Count","States":{
                  "Count":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:updateItem","Parameters":{
                    "TableName":"counters","Key":{"Id":{"S":"c"}},"UpdateExpression":"ADD hits :one",
                    "ExpressionAttributeValues":{":one":{"N":"9007199254740993"}},"ReturnValues":"ALL_NEW"},
                    "ResultSelector":{"hits.$":"$.Attributes.hits.N"},"ResultPath":"$.count","Next":"Once"},
                  "Once":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{
                    "TableName":"counters","Item":{"Id":{"S":"c"}},"ConditionExpression":"attribute_not_exists(Id)"},
                    "Catch":[{"ErrorEquals":["DynamoDB.ConditionalCheckFailedException"],"ResultPath":"$.why","Next":"Done"}],
                    "End":true},
                  "Done":{"Type":"Pass","Parameters":{"hits.$":"$.count.hits","error.$":"$.why.Error"},"End":true}}}
                """#
            )
            let started = try await stack.call("StartExecution", ["stateMachineArn": machine, "name": "e"])
            let execution = try #require(started.json.objectValue?["executionArn"])
            try await eventually("it has ended") {
                try await stack.call("DescribeExecution", ["executionArn": execution]).json.objectValue?["status"]
                    != "RUNNING"
            }
            let described = try await stack.call("DescribeExecution", ["executionArn": execution])
            #expect(
                described.json.objectValue?["output"]
                    == #"{"hits":"9007199254740993","error":"DynamoDB.ConditionalCheckFailedException"}"#
            )
            worker.signal(SIGTERM)
        }
    }

    @Test(
        "Errors have AWS's names and texts",
        arguments: [
            ("StartExecution", #"{}"#, "ValidationException"),
            ("StartExecution", #"{"stateMachineArn":"nonsense"}"#, "InvalidArn"),
            (
                "StartExecution", #"{"stateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:none"}"#,
                "StateMachineDoesNotExist"
            ),
            (
                "DescribeExecution", #"{"executionArn":"arn:aws:states:us-east-1:000000000000:execution:m:none"}"#,
                "ExecutionDoesNotExist"
            ),
            ("CreateStateMachine", #"{"name":"a b","definition":"{}","roleArn":"r"}"#, "InvalidName"),
            ("CreateStateMachine", #"{"name":"a","definition":"{}","roleArn":"r"}"#, "InvalidDefinition"),
            ("GetExecutionHistory", #"{"executionArn":"x","maxResults":1001}"#, "ValidationException"),
            ("Nonsense", #"{}"#, "UnknownOperationException"),
            ("StartExecution", #"[1]"#, "SerializationException"),
            ("StartExecution", #"{"stateMachineArn":7}"#, "SerializationException"),
        ]
    )
    func errors(operation: String, body: String, code: String) async throws {
        try await Stack.with { stack in
            let answer = try await stack.post(body, headers: [("X-Amz-Target", "AWSStepFunctions.\(operation)")])
            #expect(answer.status == 400)
            #expect(answer.json.objectValue?["__type"] == .string(code))
            #expect(answer.json.objectValue?["message"]?.stringValue?.isEmpty == false)
        }
    }
}

extension Stack {
    /// Creates a state machine `m`, and gives its ARN.
    func machine(_ definition: String) async throws -> JSON {
        let request: JSONObject = [
            "name": "m", "definition": .string(definition), "roleArn": "arn:aws:iam::000000000000:role/any",
        ]
        let answer = try await call("CreateStateMachine", request)
        return try #require(answer.json.objectValue?["stateMachineArn"], "\(answer.json)")
    }
}

extension JSONObject {
    func setting(_ key: String, _ value: JSON) -> JSONObject {
        var object = self
        object[key] = value
        return object
    }
}
