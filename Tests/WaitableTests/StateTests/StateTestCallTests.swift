import StatesLanguage
import Testing
import Waitable

@Suite("Tests of single states", .timeLimit(.minutes(1)))
struct StateTestCallTests {
    private func answer(_ body: JSONObject) throws -> JSONObject {
        try StateTestCall(body).answer(arn: ARN(), at: Instant(milliseconds: 1_800_000_000_123))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var body: String
        var answer: String
        var testDescription: String { name }
    }

    private static let pass = #"{"Type":"Pass","Parameters":{"a.$":"$.b"},"ResultPath":"$.r","Next":"N"}"#
    private static let task =
        #"{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Payload.$":"$"},"#
        + #""ResultSelector":{"s.$":"$.p"},"ResultPath":"$.r","Next":"N""#
    private static let map =
        #"{"Type":"Map","ItemsPath":"$.i","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"#
        + #""StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},"End":true"#
    private static let parallel =
        #"{"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}],"End":true"#

    private static func call(_ definition: String, _ more: String = "") -> String {
        #"{"definition":\#(JSON.string(definition).text)\#(more)}"#
    }

    private static let debug = #","inspectionLevel":"DEBUG""#
    private static func input(_ text: String) -> String { #","input":\#(JSON.string(text).text)"# }
    private static func result(_ text: String) -> String { #","mock":{"result":\#(JSON.string(text).text)}"# }
    private static let failure = #","mock":{"errorOutput":{"error":"E","cause":"c"}}"#

    private static let cases = [
        Case(
            name: "a Pass state shows its stages",
            body: call(pass, debug + input(#"{"b":1}"#)),
            answer: #"{"status":"SUCCEEDED","output":"{\"b\":1,\"r\":{\"a\":1}}","nextState":"N","inspectionData":{"#
                + #""input":"{\"b\":1}","afterInputPath":"{\"b\":1}","afterParameters":"{\"a\":1}","#
                + #""result":"{\"a\":1}","#
                + #""afterResultPath":"{\"b\":1,\"r\":{\"a\":1}}"}}"#
        ),
        Case(
            name: "stages in front of one that fails are shown",
            body: call(pass, debug),
            answer:
                #"{"status":"FAILED","error":"States.Runtime","cause":"The JSONPath '$.b' specified for the field 'a.$' "#
                + #"could not be found in the input '{}'","inspectionData":{"input":"{}","afterInputPath":"{}"}}"#
        ),
        Case(
            name: "a Task state has the mock for its result",
            body: call(task + "}", debug + input(#"{"b":1}"#) + result(#"{"p":7}"#)),
            answer: #"{"status":"SUCCEEDED","output":"{\"b\":1,\"r\":{\"s\":7}}","nextState":"N","inspectionData":{"#
                + #""input":"{\"b\":1}","afterInputPath":"{\"b\":1}","#
                + #""afterParameters":"{\"FunctionName\":\"f\",\"Payload\":{\"b\":1}}","result":"{\"p\":7}","#
                + #""afterResultSelector":"{\"s\":7}","afterResultPath":"{\"b\":1,\"r\":{\"s\":7}}"}}"#
        ),
        Case(
            name: "a Wait state does not wait",
            body: call(#"{"Type":"Wait","Seconds":999,"Next":"N"}"#),
            answer: #"{"status":"SUCCEEDED","output":"{}","nextState":"N"}"#
        ),
        Case(
            name: "a Choice state without a way fails",
            body: call(#"{"Type":"Choice","Choices":[{"Variable":"$.a","IsPresent":true,"Next":"N"}]}"#),
            answer: #"{"status":"FAILED","error":"States.NoChoiceMatched","#
                + #""cause":"Failed to transition out of the state. The state does not point to a next state."}"#
        ),
        Case(
            name: "variables are seen and assigned",
            body: call(
                #"{"Type":"Pass","Parameters":{"v.$":"$x"},"Assign":{"y":2},"End":true}"#,
                debug + #","variables":"{\"x\":1}""#
            ),
            answer: #"{"status":"SUCCEEDED","output":"{\"v\":1}","inspectionData":{"input":"{}","afterInputPath":"{}","#
                + #""afterParameters":"{\"v\":1}","result":"{\"v\":1}","#
                + #""afterResultPath":"{\"v\":1}","variables":"{\"x\":1,\"y\":2}"}}"#
        ),
        Case(
            name: "a failure is retried with the pause of the retry that it is",
            body: call(
                task + #","Retry":[{"ErrorEquals":["X"]},{"ErrorEquals":["E"],"IntervalSeconds":2,"MaxAttempts":4}]}"#,
                debug + failure + #","stateConfiguration":{"retrierRetryCount":3}"#
            ),
            answer:
                #"{"status":"RETRIABLE","error":"E","cause":"c","inspectionData":{"input":"{}","afterInputPath":"{}","#
                + #""afterParameters":"{\"FunctionName\":\"f\",\"Payload\":{}}","#
                + #""errorDetails":{"retryIndex":1,"retryBackoffIntervalSeconds":16}}}"#
        ),
        Case(
            name: "a failure whose retrier is used up is caught",
            body: call(
                task + #","Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],"#
                    + #""Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"C"}]}"#,
                failure + #","stateConfiguration":{"retrierRetryCount":1}"#
            ),
            answer: #"{"status":"CAUGHT_ERROR","error":"E","cause":"c","nextState":"C","#
                + #""output":"{\"e\":{\"Error\":\"E\",\"Cause\":\"c\"}}"}"#
        ),
        Case(
            name: "a branch's failure is a branch's",
            body: call(
                parallel + #","Catch":[{"ErrorEquals":["States.BranchFailed"],"Next":"C"}]}"#,
                failure + #","stateConfiguration":{"errorCausedByState":"B"}"#
            ),
            answer: #"{"status":"CAUGHT_ERROR","error":"E","cause":"c","nextState":"C","#
                + #""output":"{\"Error\":\"E\",\"Cause\":\"c\"}"}"#
        ),
        Case(
            name: "a Map state shows what its items become",
            body: call(
                map
                    + #","ItemSelector":{"v.$":"$$.Map.Item.Value"},"ItemBatcher":{"MaxItemsPerBatch":2},"MaxConcurrency":5,"#
                    + #""ToleratedFailurePercentage":12.5}"#,
                debug + input(#"{"i":[1,2,3]}"#) + result("[7]")
            ),
            answer: #"{"status":"SUCCEEDED","output":"[7]","inspectionData":{"input":"{\"i\":[1,2,3]}","#
                + #""afterInputPath":"{\"i\":[1,2,3]}","afterItemsPath":"[1,2,3]","#
                + #""afterItemSelector":"[{\"v\":1},{\"v\":2},{\"v\":3}]","#
                + #""afterItemBatcher":"[{\"Items\":[{\"v\":1},{\"v\":2}]},{\"Items\":[{\"v\":3}]}]","#
                + #""maxConcurrency":5,"toleratedFailurePercentage":12.5,"afterResultSelector":"[7]","afterResultPath":"[7]"}}"#
        ),
        Case(
            name: "more failed iterations than are tolerated fail a Map state",
            body: call(
                map + #","ToleratedFailureCount":1}"#,
                input(#"{"i":[1,2,3]}"#) + result("[7]") + #","stateConfiguration":{"mapIterationFailureCount":2}"#
            ),
            answer: #"{"status":"FAILED","error":"States.ExceedToleratedFailureThreshold","#
                + #""cause":"The specified tolerated failure threshold was exceeded"}"#
        ),
        Case(
            name: "what an ItemReader reads takes the place of the items",
            body: call(
                map
                    + #","ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSONL"}},"#
                    + #""ItemSelector":{"v.$":"$$.Map.Item.Value"}}"#,
                debug + result("[]") + #","stateConfiguration":{"mapItemReaderData":"1\n{\"a\":2}\n"}"#
            ),
            answer: #"{"status":"SUCCEEDED","output":"[]","inspectionData":{"input":"{}","afterInputPath":"{}","#
                + #""afterItemSelector":"[{\"v\":1},{\"v\":{\"a\":2}}]","maxConcurrency":0,"#
                + #""afterResultSelector":"[]","afterResultPath":"[]"}}"#
        ),
        Case(
            name: "a state of a machine, within another one",
            body: call(
                #"{"StartAt":"P","States":{"P":\#(parallel)}}}"#,
                #","stateName":"B","input":"7""#
            ),
            answer: #"{"status":"SUCCEEDED","output":"7"}"#
        ),
        Case(
            name: "the context object is the given one",
            body: call(
                task + #","OutputPath":"$$.Execution.Input"}"#,
                result(#"{"p":1}"#) + #","context":"{\"Execution\":{\"Input\":[1]}}""#
            ),
            answer: #"{"status":"SUCCEEDED","output":"[1]","nextState":"N"}"#
        ),
    ]

    @Test("a state comes to what it would come to", arguments: cases)
    func states(_ row: Case) throws {
        let body = try #require(try JSON(parsing: row.body).objectValue)
        let expected = try #require(try JSON(parsing: row.answer).objectValue)
        let answer = try answer(body)
        #expect(sorted(.object(answer)) == sorted(.object(expected)))
    }

    /// The order of members says nothing.
    private func sorted(_ json: JSON) -> String {
        guard let object = json.objectValue else { return json.text }
        return object.map { "\($0):\(sorted($1))" }.sorted().joined(separator: "\n")
    }

    private static func refusal(_ body: String, _ message: String, code: String = "ValidationException") -> Case {
        Case(name: message, body: body, answer: #"{"code":"\#(code)","message":\#(JSON.string(message).text)}"#)
    }

    private static let supported =
        "TestState API does not support Map or Parallel states. Supported state types include: "
        + "[Task, Wait, Pass, Succeed, Fail, Choice]"
    private static let putEvents =
        #"{"Type":"Task","Resource":"arn:aws:states:::events:putEvents","Parameters":{"Entries":[]},"End":true}"#

    private static let refusals = [
        refusal(call(parallel + "}"), supported, code: "InvalidDefinition"),
        refusal(call(map + "}"), supported, code: "InvalidDefinition"),
        refusal(call(pass, result("1")), "State type 'Pass' is not supported when a mock is specified"),
        refusal(
            call(task + "}"),
            "A Task state must be tested with a mock: TestState does not call services in this version"
        ),
        refusal(
            call(#"{"StartAt":"P","States":{"P":\#(parallel)}}}"#, #","stateName":"X""#),
            "State not found in definition"
        ),
        refusal(
            call(#"{"StartAt":"P","States":{"P":{"Type":"Succeed"}}}"#),
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The field 'Type' is required but was missing at "
                + "/States/StateName'",
            code: "InvalidDefinition"
        ),
        refusal(
            call(task + "}", result("{}") + #","revealSecrets":true"#),
            "TestState does not support RevealSecrets when a mock is specified."
        ),
        refusal(
            call(task + "}", #","mock":{"result":"{}","errorOutput":{"error":"E"}}"#),
            "A test mock should have only one of the following fields: [result, errorOutput]."
        ),
        refusal(call(task + "}", result("{")), "Mocked result must be valid JSON"),
        refusal(call(task + "}", result("[]")), "Mocked result must be a JSON object."),
        refusal(call(parallel + "}", result("{}")), "Mocked result must be an array."),
        refusal(call(map + "}", result("{}")), "Mocked result must be an array."),
        refusal(
            call(map + #","ResultWriter":{"Resource":"arn:aws:states:::s3:putObject"}}"#, result("[]")),
            "Mocked result must be a JSON object."
        ),
        refusal(
            call(
                map + "}",
                input(#"{"i":[1]}"#) + result("[]") + #","stateConfiguration":{"mapIterationFailureCount":2}"#
            ),
            "Map iteration failure count must be less than or equal to the number of Map iterations"
        ),
        refusal(
            call(task + "}", result("{}") + #","context":"{\"Task\":{\"Token\":\"t\"}}""#),
            "Invalid Context object provided: Context object contains 'Task' when state is not a Task state with a "
                + "'.sync' or '.waitForTaskToken' service integration pattern"
        ),
        refusal(
            call(putEvents, result(#"{"Entries":{}}"#)),
            "Mock result schema validation error: Field 'Entries' must be an array"
        ),
        refusal(
            call(putEvents, result(#"{"Entries":[{"EventId":1}]}"#)),
            "Mock result schema validation error: Field 'EventId' must be a string"
        ),
        refusal(
            call(
                #"{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:startExecution","End":true}"#,
                result(#"{"StartDate":1}"#)
            ),
            "Mock result schema validation error: Required field 'ExecutionArn' is missing"
        ),
    ]

    @Test("what cannot be tested is refused in AWS's words", arguments: refusals)
    func refused(_ row: Case) throws {
        let body = try #require(try JSON(parsing: row.body).objectValue)
        do {
            Issue.record("answered \(try answer(body))")
        } catch let refusal as StateTestCall.Refusal {
            let expected = try #require(try JSON(parsing: row.answer).objectValue)
            #expect(refusal.code == expected["code"]?.stringValue)
            #expect(refusal.message == expected["message"]?.stringValue)
        }
    }

    @Test("a mock is checked as strictly as is asked for")
    func validation() throws {
        let definition = #"{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:startExecution","End":true}"#
        for (mode, result, isTaken) in [
            ("PRESENT", "{}", true), ("PRESENT", #"{"ExecutionArn":1}"#, false), ("NONE", #"{"ExecutionArn":1}"#, true),
            ("STRICT", "{}", false),
        ] {
            let mock: JSON = .object(["result": .string(result), "fieldValidationMode": .string(mode)])
            let answered = try? answer(["definition": .string(definition), "mock": mock])
            #expect((answered != nil) == isTaken, "\(mode) \(result)")
        }
    }

    @Test("the context object names an execution of an EXPRESS machine, and a token where a task waits for one")
    func context() throws {
        let answer = try answer([
            "definition": .string(#"{"Type":"Pass","Parameters":{"c.$":"$$"},"End":true}"#),
            "roleArn": .string("arn:aws:iam::1:role/r"),
        ])
        let output = try #require(answer["output"]?.stringValue.flatMap { try? JSON(parsing: $0) })
        let context = try #require(output.objectValue?["c"]?.objectValue)
        let execution = try #require(context["Execution"]?.objectValue)
        #expect(execution["Id"]?.stringValue?.hasPrefix("arn:aws:states:us-east-1:000000000000:express:") == true)
        #expect(execution["RoleArn"]?.stringValue == "arn:aws:iam::1:role/r")
        #expect(execution["StartTime"]?.stringValue == "2027-01-15T08:00:00.123Z")
        #expect(context["State"]?.objectValue?["Name"]?.stringValue == "StateName")
        let waiting =
            #"{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","Parameters":{"QueueUrl":"q","#
            + #""MessageBody":{"t.$":"$$.Task.Token"}},"End":true}"#
        let tested = try self.answer([
            "definition": .string(waiting), "mock": .object(["result": .string("{}")]),
            "inspectionLevel": .string("DEBUG"),
        ])
        #expect(tested["status"]?.stringValue == "SUCCEEDED")
        #expect(tested["inspectionData"]?.objectValue?["afterParameters"] != nil)
    }
}
