import Foundation
import NIOHTTP1
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

/// A Redis that loses what was deployed, under an ingest that runs on.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct LostRegistryTests {
    private static let start = #"{"StartTimestamp":"2026-01-01T00:00:00Z"}"#

    @Test("After FLUSHDB the folder is deployed again, and what was answered 200 completes")
    func flushed() async throws {
        try await Stack.with(workers: 1) { stack in
            #expect(try await stack.post(Self.start).status == 200)
            _ = try await stack.store.client.send(RedisCommand("FLUSHDB"))
            var accepted: [String] = []
            while accepted.count < 20 {
                let answer = try await stack.post(Self.start)
                if answer.status == 200 {
                    accepted.append(try #require(answer.json.objectValue?["Id"]?.stringValue))
                } else {
                    #expect(answer.status == 503)
                    #expect(answer.json.objectValue?["code"] == "NoStateMachine")
                    #expect(answer.headers["Retry-After"] == ["1"])
                }
            }
            try await eventually("all are closed") { try await stack.closedCount() == accepted.count }
            for id in accepted {
                let key = ExecutionKey(machine: "waitable-stepfunction", name: id)
                #expect(try await stack.store.execution(key)?.status == .succeeded)
            }
            #expect(stack.ingest.output.components(separatedBy: "state machine deployed").count == 3)
        }
    }

    @Test("It is deployed again though nobody starts anything")
    func idle() async throws {
        try await Stack.with { stack in
            _ = try await stack.store.client.send(RedisCommand("FLUSHDB"))
            try await eventually("it is deployed") { try await stack.store.machine("waitable-stepfunction") != nil }
            try await eventually("it is the default") {
                try await stack.store.defaultMachine() == "waitable-stepfunction"
            }
            try await eventually("it is ready") { try await stack.get("/readyz").status == 200 }
        }
    }

    @Test("A revision that is gone alone comes back; its starts are refused until then, by each way")
    func revision() async throws {
        try await Stack.with { stack in
            #expect(try await stack.post(Self.start).status == 200)
            let record = try #require(try await stack.store.machine("waitable-stepfunction"))
            #expect(try await stack.integer("DEL", stack.store.keys.revision(record.revision)) == 1)
            let before = try await stack.integer("HLEN", stack.store.keys.executions)
            let answer = try await stack.post(Self.start)
            #expect(answer.status == 503)
            #expect(answer.json.objectValue?["code"] == "NoStateMachine")
            #expect(try await stack.integer("HLEN", stack.store.keys.executions) == before)
            try await eventually("it is back") { try await stack.store.revision(record.revision) != nil }
            #expect(try await stack.post(Self.start).status == 200)
        }
    }

    @Test("A machine of the folder that somebody deletes stays away; one that the API made is refused once it is lost")
    func others() async throws {
        try await Stack.with { stack in
            let arn = try await stack.create("made", #"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#)
            _ = try await stack.start(arn)
            let record = try #require(try await stack.store.machine("made"))
            #expect(try await stack.integer("DEL", stack.store.keys.revision(record.revision)) == 1)
            let refusal = try await stack.call("StartExecution", ["stateMachineArn": .string(arn)])
            #expect(refusal.status == 503)
            #expect(refusal.json.objectValue?["__type"] == "ServiceUnavailable")
            #expect(refusal.headers["Retry-After"] == ["1"])

            let standard = "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"
            #expect(try await stack.call("DeleteStateMachine", ["stateMachineArn": .string(standard)]).status == 200)
            try await eventually("starts are refused") { try await stack.post(Self.start).status == 503 }
            try await eventually("it is not ready") { try await stack.get("/readyz").status == 503 }
            // The refusals have it looked after; a second look is a second later.
            for _ in 0..<2 {
                let looks = try await looks(stack)
                try await eventually("it is looked after") {
                    _ = try await stack.post(Self.start)
                    return try await self.looks(stack) > looks
                }
            }
            #expect(try await stack.store.machine("waitable-stepfunction") == nil)

            let (code, output) = try await Program.run("doctor", environment: stack.environment)
            #expect(code == 1)
            #expect(output.contains("no-default-machine"))
            #expect(output.contains("machine-revision-missing"))
        }
    }

    /// How often ingest has looked whether the registry is empty; nothing else asks that outside of functions.
    private func looks(_ stack: Stack) async throws -> Int {
        let reply = try await stack.store.client.send(RedisCommand("INFO", "commandstats")).string ?? ""
        let line = reply.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_exists:calls=") }
        return line.flatMap { Int($0.dropFirst("cmdstat_exists:calls=".count).prefix(while: \.isNumber)) } ?? 0
    }

    @Test("The doctor finds that the default machine is missing")
    func doctor() async throws {
        try await Stack.with { stack in
            let healthy = try await Program.run("doctor", environment: stack.environment).1
            #expect(!healthy.contains("no-default-machine") && !healthy.contains("machine-revision-missing"))
            let other = stack.environment.merging(["WAITABLE_NAMESPACE": "empty"]) { $1 }
            let (code, output) = try await Program.run("doctor", environment: other)
            #expect(code == 1)
            #expect(output.contains("no-default-machine"))
        }
    }
}
