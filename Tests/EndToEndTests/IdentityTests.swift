import Foundation
import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

/// The processes of a namespace agree on what they name things, and on the key of task tokens.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct IdentityTests {
    private static let environment = ["WAITABLE_REGION": "eu-west-1", "WAITABLE_ACCOUNT": "123456789012"]

    @Test("A process with another region or account than the namespace's does not start, and claims nothing")
    func refused() async throws {
        try await Stack.with(environment: Self.environment) { stack in
            let due = try await stack.now().adding(milliseconds: 500).iso8601
            #expect(try await stack.post(#"{"Id":"x","StartTimestamp":"\#(due)"}"#).status == 200)
            try await eventually("it is due") { try await stack.now().iso8601 > due }
            let since = "which the namespace 'waitable' has had since its first use"
            let region = "WAITABLE_REGION (--region): must be 'eu-west-1', \(since): 'us-east-1'"
            let account = "WAITABLE_ACCOUNT (--account): must be '123456789012', \(since): '000000000000'"
            let definition = "statemachine/waitable-stepfunction.asl.json"
            for (words, given, message) in [
                (["worker"], [:], "\(region); \(account)"),
                (["worker"], ["WAITABLE_REGION": "eu-west-1"], account),
                (["ingest", "--port", "0"], ["WAITABLE_ACCOUNT": "123456789012"], region),
                (
                    ["deploy", definition, "--name", "other", "--substitute", "DDBTable=items"],
                    ["WAITABLE_ACCOUNT": "123456789012"], region
                ),
            ] as [([String], [String: String], String)] {
                let program = try Program(words, environment: stack.environment.merging(given) { $1 })
                #expect(try await program.end() == 78, "\(words): \(program.output)")
                #expect(program.output.contains("waitable: \(message)\n"), "\(program.output)")
            }
            #expect(try await stack.integer("EXISTS", stack.store.keys.leases, stack.store.keys.redelivered) == 0)
            #expect(try await stack.store.machine("other") == nil)
            let worker = try stack.worker(Self.environment)
            try await eventually("the item is done") { try await stack.closedCount() == 1 }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test(
        "A command on Redis with another region than the namespace's neither shows nor changes anything",
        arguments: [
            "list", "status", "status x", "describe x", "cancel x", "run-now x", "redrive x", "state-machines",
            "reschedule x --at 2037-01-01T00:00:00Z", "pause waitable-stepfunction", "resume waitable-stepfunction",
            "start --id y --at 2037-01-01T00:00:00Z", "watch --once",
        ]
    )
    func refused(command: String) async throws {
        try await Stack.with(environment: Self.environment) { stack in
            #expect(try await stack.post(#"{"Id":"x","StartTimestamp":"2036-01-01T00:00:00Z"}"#).status == 200)
            let program = try Program(command.split(separator: " ").map(String.init), environment: stack.environment)
            #expect(try await program.end() == 78, "\(program.output)")
            #expect(program.output.hasPrefix("waitable: WAITABLE_REGION (--region): must be 'eu-west-1', "))
            #expect(try await stack.dueCount() == 1)
            #expect(try await stack.get("/items/x").json.objectValue?["due"] == "2036-01-01T00:00:00.000Z")
            #expect(try await stack.store.pausedMachines().isEmpty)
        }
    }

    @Test("After FLUSHDB the namespace gets the same identity again, and the processes go on")
    func flushed() async throws {
        try await Stack.with(environment: Self.environment) { stack in
            let keys = stack.store.keys
            func value(_ key: String) async throws -> String? {
                try await stack.store.client.send(RedisCommand("GET", key)).string
            }
            let secret = try #require(try await value(keys.secret))
            #expect(TaskTokenKey(base64: secret) != nil)
            _ = try await stack.store.client.send(RedisCommand("FLUSHDB"))
            try await eventually("it is there again") {
                let arn = try await value(keys.arn)
                return try await value(keys.secret) == secret && arn == "arn:aws:states:eu-west-1:123456789012"
            }
            #expect(!stack.ingest.output.contains(secret))
        }
    }

    @Test("Text of an execution that is logged stays on its line")
    func log() async throws {
        try await Stack.with { stack in
            let worker = try stack.worker()
            let machine = try await stack.create(
                "f",
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"Next":"F"},"#
                    + #""F":{"Type":"Fail","ErrorPath":"$.e"}}}"#
            )
            let forged = "2026-11-27T00:00:00.000Z critical waitable.worker: forged"
            let ends = ["\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{1B}[2K"]
            for end in ends {
                let input = JSON.object(["e": .string("E" + end + forged)]).text
                let execution = try await stack.start(machine, input)
                #expect(try await stack.closed(execution)["error"] == .string("E" + end + forged))
            }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
            let output = worker.output
            let lines = output.unicodeScalars.split(whereSeparator: \.isLineEnd)
            #expect(lines.filter { String(Substring($0)).contains("forged") }.count == ends.count, "\(output)")
            #expect(!lines.contains { String(Substring($0)).hasPrefix(forged) }, "\(output)")
            #expect(!output.contains("\u{1B}"))
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isLineEnd: Bool { ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(self) }
}
