import RedisClient
import StatesLanguage
import Testing
import WaitableRedis

/// StartSyncExecution by AWS's own clients, which look for it at another host: docs/aws-clients.md says what to set.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct SyncExecutionTests {
    @Test("Who waits for the end reads the execution once, however long it takes and however large it is")
    func reads() async throws {
        try await Stack.with(workers: 1) { stack in
            let waits = #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":2,"End":true}}}"#
            let machine = try await stack.create("slow", waits, type: "EXPRESS")
            func reads() async throws -> Int {
                let stats = try await stack.store.client.send(RedisCommand("INFO", "commandstats")).string ?? ""
                let line = stats.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_hmget:") } ?? ""
                return line.firstRange(of: "calls=").flatMap { Int(line[$0.upperBound...].prefix(while: \.isNumber)) }
                    ?? 0
            }
            let before = try await reads()
            let answer = try await stack.call("StartSyncExecution", ["stateMachineArn": .string(machine)])
            #expect(answer.json.objectValue?["status"]?.stringValue == "SUCCEEDED")
            // In two seconds it looks 20 times and more. The others are of the machine, and the worker's.
            #expect(try await reads() - before <= 10)
        }
    }

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
