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
        "an operation of AWS's SDK that there is nothing for is warned of, with a region too",
        arguments: ["::", "us-east-1:1:"]
    )
    func warning(place: String) {
        let resource = "arn:aws:states:\(place)aws-sdk:s3:getObject"
        #expect(TaskCatalog().problem(with: resource, parameters: nil) == nil)
        #expect(TaskCatalog().warning(about: resource) != nil)
    }

    @Test(
        "what is no operation is none",
        arguments: [
            "arn:aws:states:us-east-1::lambda:invoke", "arn:aws:states::123456789012:lambda:invoke",
            "arn:aws:states:us-east-1:123456789012:stateMachine:m", "arn:aws:states:us-east-1:123456789012:lambda",
            "arn:aws:states:us-east-1:123456789012:aws-sdk:sqs", "arn:aws:lambda:us-east-1:123456789012:lambda:invoke",
        ]
    )
    func unknown(resource: String) {
        #expect(TaskIntegration(resource) == nil)
        #expect(TaskCatalog().problem(with: resource, parameters: nil)?.field == "Resource")
    }
}
