import StatesLanguage
import Testing

@testable import Waitable

/// Resources of tasks that name an operation of a service.
@Suite("Resources with a region and an account", .timeLimit(.minutes(1)))
struct ServiceResourceTests {
    @Test(
        "a region and an account change nothing",
        arguments: [
            "lambda:invoke", "lambda:invoke.waitForTaskToken", "states:startExecution.sync:2", "http:invoke",
            "sqs:sendMessage.waitForTaskToken", "aws-sdk:sqs:sendMessage", "aws-sdk:eventbridge:putEvents",
            "dynamodb:putItem", "aws-sdk:dynamodb:getItem",
        ]
    )
    func named(operation: String) throws {
        let plain = try #require(TaskIntegration("arn:aws:states:::\(operation)"))
        #expect(TaskIntegration("arn:aws:states:us-east-1:123456789012:\(operation)") == plain)
        #expect(TaskIntegration("arn:aws-cn:states:cn-north-1:123456789012:\(operation)") == plain)
    }

    @Test(
        "what an adapter has to carry out is warned of where none is known, with a region too",
        arguments: ["::", "us-east-1:1:"],
        [
            "aws-sdk:s3:getObject", "aws-sdk:sqs:receiveMessage.waitForTaskToken", "ecs:runTask.sync",
            "emr-containers:startJobRun.sync:2", "mycompany:ship",
        ]
    )
    func warning(place: String, operation: String) {
        let resource = "arn:aws:states:\(place)\(operation)"
        #expect(TaskCatalog().problem(with: resource, parameters: nil) == nil)
        #expect(TaskCatalog().warning(about: resource)?.contains("WAITABLE_INTEGRATIONS") == true)
        #expect(TaskCatalog { $0.plainResource == "arn:aws:states:::\(operation)" }.warning(about: resource) == nil)
    }

    @Test("an EXPRESS machine waits for no adapter's jobs", arguments: ["sync", "waitForTaskToken"])
    func express(pattern: String) {
        let resource = "arn:aws:states:::ecs:runTask.\(pattern)"
        let problem = TaskCatalog(type: .express).problem(with: resource, parameters: nil)
        #expect(problem?.reason.contains("'.\(pattern)'") == true)
        #expect(TaskCatalog(type: .express).problem(with: "arn:aws:states:::ecs:runTask", parameters: nil) == nil)
    }

    @Test("a prefix that names a service that is run here is known as such")
    func runHere() {
        let own = ["sqs:", "sqs:sendMessage", "aws-sdk:dynamodb:", "dynamodb:query", "states:startExecution.sync"]
        for prefix in own { #expect(OutsideIntegration.isRunHere(prefix: "arn:aws:states:::\(prefix)"), "\(prefix)") }
        for prefix in ["", "sqs", "aws-sdk:", "aws-sdk:dynamodb", "ecs:", "aws-sdk:sqs:"] {
            #expect(!OutsideIntegration.isRunHere(prefix: "arn:aws:states:::\(prefix)"), "\(prefix)")
        }
    }

    @Test(
        "what is no operation is none",
        arguments: [
            "arn:aws:states:us-east-1::lambda:invoke", "arn:aws:states::123456789012:lambda:invoke",
            "arn:aws:states:us-east-1:123456789012:stateMachine:m", "arn:aws:states:us-east-1:123456789012:lambda",
            "arn:aws:states:::dynamodb:putItm", "arn:aws:states:::sqs:sendMessages",
            "arn:aws:states:::lambda:invoke.sync",
            "arn:aws:states:::aws-sdk:s3:getObject.sync", "arn:aws:states:::aws-sdk::getObject",
            "arn:aws:states:::ecs:RunTask", "arn:aws:states:::ecs:runTask.", "arn:aws:states:::ecs:runTask.sync:3",
            "arn:aws:states:::ECS:runTask", "arn:aws:states:::é:runTask", "arn:aws:states:::ecs:",
            "arn:aws:states:::aws-sdk:dynamodb:listTables", "arn:aws:states:us-east-1:123456789012:aws-sdk:sqs",
            "arn:aws:lambda:us-east-1:123456789012:lambda:invoke",
        ]
    )
    func unknown(resource: String) {
        #expect(TaskIntegration(resource) == nil)
        #expect(TaskCatalog().problem(with: resource, parameters: nil)?.field == "Resource")
    }
}
