import Foundation
import RedisTestServer
import StatesLanguage
import Testing

/// What ingest and workers say of executions that fail, and of claims that do.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct FailureLogTests {
    private static let machine =
        #"{"StartAt":"Break","States":{"Break":{"Type":"Fail","Error":"Broken","Cause":"secret"}}}"#

    @Test("An execution that fails in the request of its start is logged by ingest, as a worker logs it, and once")
    func inRequest() async throws {
        try await Stack.with { stack in
            let created = try await stack.call(
                "CreateStateMachine",
                ["name": "m", "roleArn": "arn:aws:iam::000000000000:role/any", "definition": .string(Self.machine)]
            )
            let arn = try #require(created.json.objectValue?["stateMachineArn"])
            let start: JSONObject = ["stateMachineArn": arn, "name": "one", "input": "{}"]
            #expect(try await stack.call("StartExecution", start).status == 200)
            // One that is there and closed already is not started again, and so does not fail again.
            #expect(try await stack.call("StartExecution", start).status == 400)
            let line = #"{"Id":"two","StartTimestamp":"2036-01-01T00:00:00Z","stateMachine":"m"}"#
            #expect(try await stack.batch(line).first?["code"] == nil)
            for name in ["one", "two"] {
                let lines = stack.ingest.output.split(separator: "\n").filter {
                    $0.contains("execution failed") && $0.contains("execution=m:\(name)")
                }
                #expect(lines.count == 1, "\(stack.ingest.output)")
                #expect(lines.first?.contains("error=Broken") == true)
                #expect(lines.first?.contains("state=Break") == true)
            }
            #expect(!stack.ingest.output.contains("secret"))
        }
    }

    @Test("A worker that is there before the function library says so once, and works as soon as it is loaded")
    func beforeTheLibrary() async throws {
        let user = ["--user", "w", "on", "nopass", "~*", "&*", "+@all", "-function"]
        let redis = try RedisTestServer(options: user)
        defer { redis.kill() }
        let worker = try Program(
            ["worker"],
            environment: [
                "WAITABLE_REDIS_URL": redis.url.replacing("://", with: "://w:any@"), "WAITABLE_POLL_MS": "500",
            ]
        )
        try await eventually("some claims have failed") {
            let statistics = "redis-cli -p \(redis.port) INFO commandstats"
            let calls = try await ConsoleSession.shell(statistics, environment: [:])
                .firstMatch(of: /cmdstat_fcall:calls=(\d+)/)
            return calls.flatMap { Int($0.1) } ?? 0 >= 4
        }
        let failures = worker.output.split(separator: "\n").filter { $0.contains("claim failed") }
        #expect(failures.count == 1, "\(worker.output)")
        #expect(failures.first?.contains("the function library is not in Redis") == true)
        let load = "\(Program.path) functions | redis-cli -p \(redis.port) -x FUNCTION LOAD"
        #expect(try await ConsoleSession.shell(load, environment: [:]) == "waitable")
        try await eventually("claims are answered") { worker.output.contains("claims are answered again") }
        worker.signal(SIGTERM)
        #expect(try await worker.end() == 0)
    }
}
