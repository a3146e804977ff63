import RedisClient
import StatesLanguage
import Testing
import WaitableRedis

/// How much history a state machine's executions keep.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct HistoryLevelTests {
    private static let definition =
        #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"Next":"C"},"C":{"Type":"Choice","Choices":["#
        + #"{"Variable":"$","NumericEquals":1,"Next":"F"}],"Default":"S"},"F":{"Type":"Fail"},"S":{"Type":"Succeed"}}}"#

    @Test("All, that of failures, or none", arguments: ["ALL", "ERROR", "OFF"])
    func levels(level: String) async throws {
        try await Stack.with(workers: 1) { stack in
            let created = try await stack.call(
                "CreateStateMachine",
                [
                    "name": "m", "definition": .string(Self.definition), "roleArn": "arn:aws:iam::000000000000:role/r",
                    "tags": .array([.object(["key": "waitable:history", "value": .string(level)])]),
                ]
            )
            let machine = try #require(created.json.objectValue?["stateMachineArn"]?.stringValue)
            let good = try await stack.start(machine, "0", name: "good")
            let bad = try await stack.start(machine, "1", name: "bad")
            let history = try await stack.events(good)
            #expect(history == (level == "OFF" ? [] : ["ExecutionStarted", "WaitStateEntered"]))
            #expect(try await stack.closed(good)["status"] == "SUCCEEDED")
            #expect(try await stack.closed(bad)["status"] == "FAILED")
            #expect(try await stack.events(good).last == (level == "ALL" ? "ExecutionSucceeded" : nil))
            #expect(try await stack.events(bad).last == (level == "OFF" ? nil : "ExecutionFailed"))
            // The documents have room for it.
            #expect(try await stack.store.client.send(RedisCommand("KEYS", "*:history:m:*")) == .array([]))
        }
    }

    @Test("a level that is none is refused by name")
    func bad() async throws {
        try await Stack.with { stack in
            let answer = try await stack.call(
                "CreateStateMachine",
                [
                    "name": "m", "definition": .string(Self.definition), "roleArn": "r",
                    "tags": .array([.object(["key": "waitable:history", "value": "SOME"])]),
                ]
            )
            let message =
                "1 validation error detected: Value 'SOME' at 'tags.waitable:history' failed to satisfy constraint: Member "
                + "must satisfy enum value set: [ALL, ERROR, OFF]"
            #expect(answer.json.objectValue?["message"] == .string(message))
        }
    }
}
