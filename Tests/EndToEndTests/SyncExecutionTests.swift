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

    @Test("Machines that call themselves and wait leave room for what they wait for, however many do, and for others")
    func nested() async throws {
        try await Stack.with(workers: 1, environment: ["WAITABLE_CALL_LIMIT": "3"]) { stack in
            let name = "arn:aws:states:us-east-1:000000000000:stateMachine:nested"
            let machine = try await stack.create(
                "nested",
                #"""
                {"StartAt":"Down?","States":{
                  "Down?":{"Type":"Choice","Choices":[{"Variable":"$.depth","NumericEquals":0,"Next":"Bottom"}],"Default":"Less"},
                  "Bottom":{"Type":"Pass","Result":1,"End":true},
                  "Less":{"Type":"Pass","Parameters":{"depth.$":"States.MathAdd($.depth, -1)","width.$":"$.width"},"Next":"Each"},
                  "Each":{"Type":"Map","ItemsPath":"$.width","ItemSelector":{"depth.$":"$.depth","width.$":"$.width"},
                    "ItemProcessor":{"StartAt":"Call","States":{
                      "Call":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:startSyncExecution",
                        "Parameters":{"StateMachineArn":"NAME","Input.$":"$"},
                        "ResultSelector":{"is.$":"$.Status","n.$":"States.StringToJson($.Output)"},"OutputPath":"$.n","End":true}}},
                    "End":true}}}
                """#.replacing("NAME", with: name),
                type: "EXPRESS"
            )
            #expect(machine == name)
            let deep: JSONObject = ["stateMachineArn": .string(name), "input": #"{"depth":6,"width":[1]}"#]
            let wide: JSONObject = ["stateMachineArn": .string(name), "input": #"{"depth":2,"width":[1,2,3,4,5]}"#]
            async let first = stack.call("StartSyncExecution", deep)
            async let second = stack.call("StartSyncExecution", wide)
            let (down, across) = try await (first.json.objectValue, second.json.objectValue)
            #expect(down?["output"] == "[[[[[[1]]]]]]", "\(down ?? [:])")
            let row = "[1,1,1,1,1]"
            #expect(across?["output"] == .string("[\(Array(repeating: row, count: 5).joined(separator: ","))]"))
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
