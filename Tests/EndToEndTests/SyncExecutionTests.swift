import StatesLanguage
import Testing

/// StartSyncExecution by AWS's own clients, which look for it at another host: docs/aws-clients.md says what to set.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct SyncExecutionTests {
    @Test("An unchanged AWS CLI and boto3 start and wait with what docs/aws-clients.md says, and not without")
    func hostPrefix() async throws {
        try await Stack.with(workers: 1) { stack in
            let machine = try await stack.create(
                "quick",
                #"{"StartAt":"P","States":{"P":{"Type":"Pass","Result":7,"End":true}}}"#,
                type: "EXPRESS"
            )
            let commands = [
                "aws stepfunctions start-sync-execution --state-machine-arn \(machine) --query output --output text",
                "python3 -c 'import boto3; print(boto3.client(\"stepfunctions\").start_sync_execution("
                    + "stateMachineArn=\"\(machine)\")[\"output\"])'",
            ]
            for command in commands {
                var environment = [
                    "AWS_ENDPOINT_URL_SFN": stack.url, "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "",
                    "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_MAX_ATTEMPTS": "1",
                ]
                #expect(try await ConsoleSession.shell(command, environment: environment).contains("sync-127.0.0.1"))
                environment["AWS_DISABLE_HOST_PREFIX_INJECTION"] = "true"
                #expect(try await ConsoleSession.shell(command, environment: environment) == "7")
            }
        }
    }
}
