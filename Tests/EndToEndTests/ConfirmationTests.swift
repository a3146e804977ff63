import Foundation
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import WaitableRedis

/// A poll of an activity whose confirmation was carried out, and not answered.
@Suite("A task whose confirmation is not answered", .timeLimit(.minutes(1)))
struct ConfirmationTests {
    private static let activity = "arn:aws:states:us-east-1:000000000000:activity:mail"

    @Test("and then refused for a reason that passes is its poller's all the same, and nobody else's")
    func refused() async throws {
        try await Stack.with(workers: 1) { stack in
            let proxy = try await CutReplies(to: stack.redis.port, after: "waitable_confirm")
            let other = try await stack.ingest(behind: proxy.port)
            _ = try await stack.call("CreateActivity", ["name": "mail"])
            let task = #"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"\#(Self.activity)","End":true}}}"#
            let execution = try await stack.start(try await stack.create("a", task))
            func replicas(_ count: String) async throws {
                let command = RedisCommand("CONFIG", "SET", "min-replicas-to-write", count)
                #expect(try await stack.store.client.send(command).string == "OK")
            }
            async let polled = other.call("GetActivityTask", ["activityArn": .string(Self.activity)])
            for await _ in proxy.kept { break }
            try await replicas("1")
            try await proxy.cut()
            try await eventually("it is confirmed again, and refused") { proxy.refusals > 0 }
            try await replicas("0")
            let answer = try await polled
            #expect(answer.status == 200, "\(answer.json.text)")
            let token = try #require(answer.json.objectValue?["taskToken"])
            let done = try await stack.call("SendTaskSuccess", ["taskToken": token, "output": "1"])
            #expect(done.status == 200)
            #expect(try await stack.closed(execution)["output"] == "1")
            other.ingest.signal(SIGTERM)
            #expect(try await other.ingest.end() == 0)
            try await proxy.close()
        }
    }
}
