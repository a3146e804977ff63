import StatesLanguage
import Testing

@testable import Waitable

/// What a step makes of its tasks: calls, messages, and failures in the words of AWS's services.
@Suite("Tasks of a step", .timeLimit(.minutes(1)))
struct StepTasksTests {
    private let start = Instant(milliseconds: 1_795_407_521_123)

    private func step(_ resource: String, _ parameters: String, input: String = "{}") throws -> Step {
        let definition =
            #"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::\#(resource)","#
            + #""Parameters":\#(parameters),"End":true}}}"#
        let revision = Revision(definition: definition, roleARN: "arn:aws:iam::000000000000:role/waitable")
        let machine = try DeployedMachine(name: "m", hash: revision.hash, revision: revision)
        let execution = Execution(
            key: ExecutionKey(machine: "m", name: "a"),
            revision: revision.hash,
            startDate: start,
            input: input
        )
        return try ExecutionRunner(machine: machine, arn: ARN(), secret: .make()).run(execution, at: start)
    }

    @Test(
        "lambda:invoke sends a text that is JSON as it is, nothing as an empty object, and all else as JSON",
        arguments: [
            (#""{\"a\": 1}""#, #"{"a": 1}"#), (#"" [1] ""#, " [1] "), (#""5""#, "5"), (#""hello""#, #""hello""#),
            (#""""#, #""""#), ("null", "{}"), ("5", "5"), (#"{"a":null}"#, #"{"a":null}"#), ("[]", "[]"),
            (#""[[[[""#, #""[[[[""#),
        ]
    )
    func payload(payload: String, body: String) throws {
        let step = try step(
            "lambda:invoke",
            #"{"FunctionName":"f","Payload.$":"$.p"}"#,
            input: #"{"p":\#(payload)}"#
        )
        let call = try #require(step.calls.first)
        #expect(call.target == .function(name: "f", payload: body, isWrapped: true))
        #expect(call.date == start)
    }

    @Test("without a payload lambda:invoke sends an empty object")
    func noPayload() throws {
        let call = try step("lambda:invoke", #"{"FunctionName":"f"}"#).calls.first
        #expect(call?.target == .function(name: "f", payload: "{}", isWrapped: true))
    }

    @Test("the output of lambda:invoke has what AWS's has, in its order")
    func invocation() throws {
        let id = "01234567-89ab-4cde-8f01-23456789abcd"
        let output = InvocationResponse(requestID: id, date: start).output(.object(["é": .integer(1)]))
        let headers =
            #""X-Amz-Executed-Version":"$LATEST","x-amzn-Remapped-Content-Length":"0","Connection":"keep-alive","#
            + #""x-amzn-RequestId":"\#(id)","Content-Length":"8","Date":"Mon, 23 Nov 2026 04:18:41 GMT","#
            + #""X-Amzn-Trace-Id":"root=1-6b03bea1-0123456789ab4cde8f012345;sampled=0","Content-Type":"application/json""#
        let all = headers.replacing(#":""#, with: #":[""#).replacing(#"",""#, with: #""],""#) + "]"
        #expect(
            output.text
                == #"{"ExecutedVersion":"$LATEST","Payload":{"é":1},"SdkHttpMetadata":{"AllHttpHeaders":{\#(all)},"#
                + #""HttpHeaders":{\#(headers)},"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"\#(id)"},"#
                + #""StatusCode":200}"#
        )
    }

    private static let message = "The request must contain the parameter MessageBody."
    private static let notNull = "failed to satisfy constraint: Member must not be null"

    @Test(
        "what must be there and is null is refused as the service does",
        arguments: [
            (
                "sqs:sendMessage", #"{"QueueUrl":"q","MessageBody.$":"$.n"}"#, "SQS.AmazonSQSException",
                "\(message) (Service: AmazonSQS; Status Code: 400; Error Code: MissingParameter; Request ID: "
            ),
            (
                "sqs:sendMessage.waitForTaskToken", #"{"QueueUrl":"q","MessageBody":null}"#, "SQS.AmazonSQSException",
                "\(message) (Service: AmazonSQS; Status Code: 400; Error Code: MissingParameter; Request ID: "
            ),
            (
                "aws-sdk:sqs:sendMessage", #"{"QueueUrl":"q","MessageBody.$":"$.n"}"#, "Sqs.SqsException",
                "\(message) (Service: Sqs, Status Code: 400, Request ID: "
            ),
            (
                "sqs:sendMessage", #"{"QueueUrl":null,"MessageBody":"m"}"#, "SQS.AmazonSQSException",
                "The request must contain the parameter QueueUrl. (Service: AmazonSQS; "
            ),
            (
                "sns:publish", #"{"TopicArn":"t","Message.$":"$.n"}"#, "SNS.AmazonSNSException",
                "1 validation error detected: Value null at 'message' \(notNull) (Service: AmazonSNS; Status Code: 400; "
                    + "Error Code: ValidationError; Request ID: "
            ),
            (
                "events:putEvents", #"{"Entries.$":"$.n"}"#, "EventBridge.AmazonEventBridgeException",
                "1 validation error detected: Value null at 'entries' \(notNull) (Service: AmazonEventBridge; "
            ),
        ]
    )
    func refusal(resource: String, parameters: String, error: String, cause: String) throws {
        let step = try step(resource, parameters, input: #"{"n":null}"#)
        #expect(step.execution.failure?.error == error)
        #expect(step.execution.failure?.cause?.hasPrefix(cause) == true, "\(step.execution.failure?.cause ?? "")")
        #expect(step.effects.isEmpty)
    }

    @Test("a message has no fields for what is null, and must have what it needs")
    func messages() throws {
        let step = try step(
            "sqs:sendMessage",
            #"{"QueueUrl":"q","MessageBody":"m","DelaySeconds.$":"$.n","MessageGroupId":"g"}"#,
            input: #"{"n":null}"#
        )
        guard case .publish("q", let fields)? = step.effects.first else {
            Issue.record("\(step.effects)")
            return
        }
        #expect(fields.map(\.name) == ["MessageId", "MessageBody", "MessageGroupId"])
        let source = #"{"Entries":[{"Source":null,"DetailType":"d","Detail":"{}"}]}"#
        let failed = try self.step("events:putEvents", source)
        #expect(failed.execution.failure?.error == "EventBridge.FailedEntry")
    }
}
