import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import Waitable
import WaitableMetrics
import WaitableOperations
import WaitableRedis

/// `/metrics` of real processes: that what happens is counted, and that being watched costs nothing.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct MetricsTests {
    private static let role: JSON = "arn:aws:iam::000000000000:role/any"

    /// A worker that can be scraped.
    private func worker(_ stack: Stack, _ environment: [String: String] = [:]) async throws -> (Program, String) {
        let port = try RedisTestServer.freePort()
        let own = ["WAITABLE_METRICS_PORT": "\(port)", "WAITABLE_WORKER_NAME": "w-1"]
        let worker = try stack.worker(own.merging(environment) { $1 })
        let url = "http://127.0.0.1:\(port)"
        try await eventually("the worker is ready") {
            try #require(worker.process.isRunning, "\(worker.output)")
            guard worker.output.contains("worker listens") else { return false }
            return try await HTTPClient.shared.get(url: url + "/readyz").get().status == .ok
        }
        return (worker, url)
    }

    private func deploy(_ stack: Stack, _ name: String, _ definition: String) async throws {
        let create: JSONObject = [
            "name": .string(name), "definition": .string(definition), "roleArn": Self.role,
        ]
        #expect(try await stack.call("CreateStateMachine", create).status == 200)
    }

    private func start(_ stack: Stack, _ machine: String, _ name: String) async throws {
        let arn = "arn:aws:states:us-east-1:000000000000:stateMachine:\(machine)"
        let start: JSONObject = ["stateMachineArn": .string(arn), "name": .string(name)]
        #expect(try await stack.call("StartExecution", start).status == 200)
    }

    @Test("Starts, claims, commits, lateness, failures and retries are counted, with their log lines")
    func counting() async throws {
        try await Stack.with { stack in
            let (worker, url) = try await worker(stack, ["WAITABLE_LOG_FORMAT": "json"])
            let due = try await stack.now().adding(milliseconds: 1_000).iso8601
            for _ in 0..<2 {
                #expect(try await stack.post(#"{"Id":"order-1","StartTimestamp":"\#(due)"}"#).status == 200)
            }
            let other = #"{"Id":"order-1","StartTimestamp":"2036-01-01T00:00:00Z"}"#
            #expect(try await stack.post(other).status == 409)
            try await deploy(
                stack,
                "failing",
                """
                {"StartAt":"Pause","States":{"Pause":{"Type":"Wait","Seconds":1,"Next":"Give up"},\
                "Give up":{"Type":"Fail","Error":"Order.Rejected","Cause":"secret cause"}}}
                """
            )
            try await deploy(
                stack,
                "trying",
                """
                {"StartAt":"Put","States":{"Put":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem",\
                "Parameters":{"TableName":"items","Item":{"Id":{"S":"x"}},"ConditionExpression":"attribute_exists(Id)"},\
                "Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":1,"MaxAttempts":2,"BackoffRate":1.0}],\
                "End":true}}}
                """
            )
            try await start(stack, "failing", "f-1")
            try await start(stack, "trying", "t-1")
            try await eventually("all three are closed") { try await stack.closedCount() == 3 }

            let ingest = try await Scrape(stack.url + "/metrics")
            #expect(ingest.contentType == "text/plain; version=0.0.4; charset=utf-8")
            #expect(ingest[#"waitable_starts_total{result="new"}"#] == 3)
            #expect(ingest[#"waitable_starts_total{result="existing"}"#] == 1)
            #expect(ingest[#"waitable_starts_total{result="conflict"}"#] == 1)
            #expect(ingest[#"waitable_starts_total{result="refused"}"#] == 0)
            #expect(ingest["waitable_start_seconds_count"] == 5)
            #expect(ingest[#"waitable_http_requests_total{method="POST",route="/",status="409"}"#] == 1)
            #expect(ingest["waitable_redis_connected"] == 1)
            #expect(try #require(ingest["waitable_redis_clock_offset_seconds"]).magnitude < 1)

            // The last commit is counted when its answer is in, a moment after Redis made it.
            var scrape = try await Scrape(url + "/metrics")
            try await eventually("all are counted") {
                scrape = try await Scrape(url + "/metrics")
                return scrape[#"waitable_closed_total{status="FAILED"}"#] == 2
            }
            #expect(scrape[#"waitable_closed_total{status="SUCCEEDED"}"#] == 1)
            #expect(scrape[#"waitable_failures_total{error="Order.Rejected"}"#] == 1)
            #expect(scrape[#"waitable_failures_total{error="DynamoDB.ConditionalCheckFailedException"}"#] == 1)
            #expect(scrape["waitable_retries_total"] == 2)
            #expect(try #require(scrape["waitable_claimed_executions_total"]) >= 5)
            #expect(try #require(scrape[#"waitable_commits_total{result="applied"}"#]) >= 5)
            let claims = try #require(scrape["waitable_claims_total"])
            #expect(claims >= 3)
            #expect(try #require(scrape["waitable_empty_claims_total"]) < claims)
            #expect(scrape["waitable_claim_seconds_count"] == scrape["waitable_claims_total"])
            let late = try #require(scrape["waitable_lateness_seconds_count"])
            #expect(late >= 5)
            // Never early, and here not by seconds late either.
            let sum = try #require(scrape["waitable_lateness_seconds_sum"])
            #expect(sum >= 0 && sum < 5 * late)
            #expect(try #require(scrape["waitable_last_claim_timestamp_seconds"]) > Date.now.timeIntervalSince1970 - 60)
            #expect(scrape["waitable_workers"] == 1)
            #expect(try #require(scrape["process_resident_memory_bytes"]) > 1_000_000)
            #expect(try #require(scrape["process_start_time_seconds"]) > Date.now.timeIntervalSince1970 - 600)

            let lines = try log(of: worker)
            let failed = try #require(lines.first { $0["message"] == "execution failed" && $0["state"] == "Give up" })
            #expect(failed["execution"] == "failing:f-1")
            #expect(failed["worker"] == "w-1")
            #expect(failed["error"] == "Order.Rejected")
            #expect(!worker.output.contains("secret cause"))
        }
    }

    /// A log in JSON: each line an object of texts.
    private func log(of program: Program) throws -> [[String: String]] {
        try program.output.split(separator: "\n").map { line in
            try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String],
                "not an object of texts: \(line)"
            )
        }
    }

    @Test("A lease that runs out is counted and logged as a redelivery, too many of them as poison")
    func redelivery() async throws {
        try await Stack.with { stack in
            func lose(_ id: String, _ times: Int) async throws {
                for _ in 0..<times {
                    try await eventually("\(id) is lost once more") {
                        try await stack.store.claim(limit: 10, lease: 100, worker: "gone").members
                            .contains { $0.member == "waitable-stepfunction:\(id)" }
                    }
                }
            }
            for (id, times) in [("often", 2), ("once", 1)] {
                let due = try await stack.now().adding(milliseconds: 200).iso8601
                #expect(try await stack.post(#"{"Id":"\#(id)","StartTimestamp":"\#(due)"}"#).status == 200)
                try await lose(id, times)
            }
            // As after two of them: a lease that comes after a lost one is longer by a second, and more.
            let member = "waitable-stepfunction:often"
            _ = try await stack.store.client.send(RedisCommand("HSET", stack.store.keys.redelivered, member, "2"))
            let (worker, url) = try await worker(
                stack,
                ["WAITABLE_LOG_FORMAT": "json", "WAITABLE_POISON_LIMIT": "2"]
            )
            try await eventually("both are closed") { try await stack.closedCount() == 2 }
            var scrape = try await Scrape(url + "/metrics")
            try await eventually("both are counted") {
                scrape = try await Scrape(url + "/metrics")
                return scrape[#"waitable_commits_total{result="applied"}"#] == 2
            }
            #expect(scrape["waitable_redeliveries_total"] == 2)
            #expect(scrape["waitable_poison_total"] == 1)
            #expect(scrape[#"waitable_failures_total{error="Waitable.Poisoned"}"#] == 1)
            #expect(scrape[#"waitable_closed_total{status="SUCCEEDED"}"#] == 1)
            let lines = try log(of: worker)
            let redelivered = lines.filter { $0["message"]?.hasPrefix("execution redelivered") ?? false }
            #expect(
                Set(redelivered.compactMap { $0["execution"] }) == [
                    "waitable-stepfunction:often", "waitable-stepfunction:once",
                ]
            )
            #expect(redelivered.allSatisfy { $0["worker"] == "w-1" && $0["state"] != nil })
            let poisoned = try #require(lines.first { $0["message"] == "execution failed as poison" })
            #expect(poisoned["execution"] == "waitable-stepfunction:often")
            #expect(try #require(poisoned["redeliveries"].flatMap { Int($0) }) >= 3)
        }
    }

    @Test("What waits and what is due is shown alike by all, and KEDA reads it as JSON")
    func backlog() async throws {
        try await Stack.with { stack in
            try await stack.startItems(3, at: stack.now().adding(milliseconds: 3_600_000), prefix: "later")
            try await stack.startItems(4, at: stack.now().adding(milliseconds: 300), prefix: "soon")
            var figures = JSONObject()
            try await eventually("they are overdue") {
                figures = try await stack.get("/metrics/keda").json.objectValue ?? JSONObject()
                return figures["overdue"] == .integer(4) && figures["oldestOverdueSeconds"]?.numberValue ?? 0 >= 1
            }
            #expect(figures["waiting"] == .integer(3))
            #expect(figures["oldestOverdueSeconds"]?.numberValue ?? 0 < 60)
            let scrape = try await Scrape(stack.url + "/metrics")
            #expect(scrape["waitable_waiting"] == 3)
            #expect(scrape["waitable_overdue"] == 4)
            #expect(try #require(scrape["waitable_oldest_overdue_seconds"]) >= 1)
            #expect(scrape["waitable_parked"] == 0)
            #expect(scrape["waitable_workers"] == 0)
        }
    }

    @Test("Many scrapes ask Redis once a second")
    func cost() async throws {
        try await Stack.with { stack in
            let start = ContinuousClock.now
            let first = try #require(try await Scrape(stack.url + "/metrics")["waitable_redis_commands_total"])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<50 { _ = try await Scrape(stack.url + "/metrics") }
                    }
                }
                try await group.waitForAll()
            }
            let last = try #require(try await Scrape(stack.url + "/metrics")["waitable_redis_commands_total"])
            let seconds = Double(start.duration(to: .now).components.seconds) + 2
            #expect(last - first <= 12 * seconds, "\(last - first) commands in \(seconds) s")
        }
    }

    @Test("Without Redis the metrics are there at once and say so, and no figure is made up")
    func withoutRedis() async throws {
        try await Stack.with { stack in
            #expect(try await Scrape(stack.url + "/metrics")["waitable_waiting"] == 0)
            // It hangs: the connection is there, and no answer comes.
            stack.redis.pause()
            try await eventually("no backlog is shown") {
                let start = ContinuousClock.now
                let scrape = try await Scrape(stack.url + "/metrics")
                #expect(start.duration(to: .now) < .seconds(8))
                return scrape["waitable_waiting"] == nil
            }
            #expect(try await stack.get("/metrics/keda").status == 503)
            stack.redis.resume()
            // It is gone.
            stack.redis.kill()
            try await eventually("the loss is shown") {
                try await Scrape(stack.url + "/metrics")["waitable_redis_connected"] == 0
            }
            let answer = try await stack.get("/metrics/keda")
            #expect(answer.status == 503)
            #expect(answer.json.objectValue?["code"] == "RedisUnavailable")
            #expect(try await stack.post(#"{"StartTimestamp":"2036-01-01T00:00:00Z"}"#).status == 503)
            let scrape = try await Scrape(stack.url + "/metrics")
            #expect(scrape[#"waitable_starts_total{result="refused"}"#] == 1)
            try stack.redis.start()
            try await eventually("the backlog is shown again") {
                try await Scrape(stack.url + "/metrics")["waitable_waiting"] == 0
            }
        }
    }

    @Test("Whatever clients ask for, labels stay bounded")
    func labels() async throws {
        try await Stack.with { stack in
            for number in 0..<20 {
                var request = HTTPClientRequest(url: "\(stack.url)/nowhere/\(number)?token=secret")
                request.method = number.isMultiple(of: 2) ? .PROPFIND : .MKCOL
                _ = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
                _ = try await stack.get("/status/no-item-\(number)")
            }
            let scrape = try await Scrape(stack.url + "/metrics")
            #expect(scrape[#"waitable_http_requests_total{method="OTHER",route="none",status="404"}"#] == 20)
            #expect(scrape[#"waitable_http_requests_total{method="GET",route="/status/{id}",status="404"}"#] == 20)
            for trace in ["PROPFIND", "nowhere", "secret", "no-item"] { #expect(!scrape.text.contains(trace)) }
        }
    }

    @Test(
        "Settings that cannot be are refused by name",
        arguments: [
            (["WAITABLE_METRICS_PORT": "99999"], "WAITABLE_METRICS_PORT (--metrics-port)"),
            (["WAITABLE_LOG_FORMAT": "xml"], "WAITABLE_LOG_FORMAT (--log-format)"),
        ]
    )
    func settings(environment: [String: String], name: String) async throws {
        let (code, output) = try await Program.run("worker", environment: environment)
        #expect(code == 78)
        #expect(output.contains(name), "\(output)")
    }
}
