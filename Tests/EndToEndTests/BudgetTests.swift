import Foundation
import NIOHTTP1
import StatesLanguage
import Testing
import Waitable

/// What no request may do to a process: end it, stall it, or fill it.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct BudgetTests {
    private static func numbers(_ count: Int) -> String {
        "[" + (0..<count).map(String.init).joined(separator: ",") + "]"
    }

    private static func pass(_ parameters: String) -> String {
        #"{"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":\#(parameters),"End":true}}}"#
    }

    @Test("Ingest outlives definitions that stand in themselves 200,000 times", arguments: ["!", "[", "(", "!("])
    func depth(text: String) async throws {
        try await Stack.with { stack in
            let path = JSON.string("$[?(@.a in " + String(repeating: text, count: 200_000)).text
            let other = JSON.string("$[?(" + String(repeating: text, count: 200_000)).text
            for path in [path, other] {
                let definition = #"{"StartAt":"A","States":{"A":{"Type":"Pass","InputPath":\#(path),"End":true}}}"#
                let answer = try await stack.call("ValidateStateMachineDefinition", ["definition": .string(definition)])
                #expect(answer.json.objectValue?["result"] == "FAIL")
                #expect(answer.json.objectValue?["diagnostics"]?.arrayValue?.count == 1)
            }
            #expect(try stack.ingest.peakMemory() < 250)
        }
    }

    @Test("States that need too much work fail; those that need much end well")
    func work() async throws {
        try await Stack.with(workers: 1) { stack in
            let nested = (0..<10).reduce("$") { call, _ in "States.JsonToString(\(call))" }
            let deep = (0..<120).reduce("1") { inner, _ in "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,\(inner)]" }
            let quotes = JSON.string(String(repeating: "\"", count: 100_000)).text
            let cases = [
                ("escapes", #"{"a.$":"\#(nested)"}"#, quotes),
                ("scans", #"{"a.$":"$.a..*..*..*"}"#, #"{"a":\#(deep)}"#),
                ("pairs", #"{"a.$":"$[?(@ in $[*])]"}"#, Self.numbers(20_000)),
            ]
            for (name, parameters, input) in cases {
                let machine = try await stack.create(name, Self.pass(parameters))
                let description = try await stack.closed(try await stack.start(machine, input))
                #expect(description["status"] == "FAILED", "\(name)")
                #expect(description["error"] == "States.Runtime", "\(name)")
                #expect(description["cause"]?.stringValue?.contains("units of work") == true, "\(name)")
            }
            let call = #"{"n.$":"States.ArrayLength(States.ArrayUnique($))"}"#
            let unique = try await stack.start(try await stack.create("unique", Self.pass(call)), Self.numbers(42_000))
            #expect(try await stack.closed(unique)["output"] == #"{"n":42000}"#)
            #expect(try stack.ingest.peakMemory() < 400)
        }
    }

    @Test("Starts with much to do are left to a worker: other requests do not wait for them")
    func heavyStarts() async throws {
        try await Stack.with { stack in
            let heavy = try await stack.create("heavy", Self.pass(#"{"a.$":"$[?(@ in $[*])]"}"#))
            let light = try await stack.create("light", Self.pass(#"{"a.$":"$"}"#))
            let input = Self.numbers(20_000)
            let line = #"{"Id":"%","StartTimestamp":"2026-01-01T00:00:00Z","stateMachine":"light"}"#
            let executions = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<24 { group.addTask { try await stack.start(heavy, input) } }
                for number in 0..<20 {
                    #expect(try await stack.get("/healthz").status == 200)
                    #expect(try await stack.post(line.replacing("%", with: "\(number)")).status == 200)
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let small = try await stack.start(light, Self.numbers(10))
            #expect(try await stack.closed(small)["status"] == "SUCCEEDED")
            // Ingest has run none of them: what it runs of these has failed by then.
            for execution in executions {
                let answer = try await stack.call("DescribeExecution", ["executionArn": .string(execution)])
                #expect(answer.json.objectValue?["status"] == "RUNNING")
            }
            let worker = try stack.worker()
            for execution in executions {
                let description = try await stack.closed(execution)
                #expect(description["error"] == "States.Runtime")
                #expect(description["cause"]?.stringValue?.contains("1000000 units of work") == true)
                #expect(try await stack.events(execution).last == "ExecutionFailed")
            }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("An execution that would keep 160 MB fails, and its neighbours do not notice")
    func data() async throws {
        try await Stack.with(workers: 1) { stack in
            let inner =
                #"{"Type":"Map","ItemsPath":"$.all.i","ItemSelector":{"all.$":"$.all"},"End":true,"#
                + #""ItemProcessor":{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":60,"End":true}}}}"#
            let machine = try await stack.create(
                "copies",
                #"{"StartAt":"S","States":{"S":{"Type":"Map","ItemsPath":"$.i","ItemSelector":{"all.$":"$"},"End":true,"#
                    + #""ItemProcessor":{"StartAt":"M","States":{"M":\#(inner)}}}}}"#
            )
            let input = #"{"i":\#(Self.numbers(40)),"x":"\#(String(repeating: "x", count: 100_000))"}"#
            let small = try await stack.create("small", Self.pass("{}"))
            let copies = try await stack.start(machine, input)
            let neighbour = try await stack.start(small)
            #expect(try await stack.closed(neighbour)["status"] == "SUCCEEDED")
            let description = try await stack.closed(copies)
            #expect(description["error"] == "States.DataLimitExceeded")
            #expect(description["cause"]?.stringValue?.contains("12582912 bytes") == true)
            #expect(try stack.ingest.peakMemory() < 500)
        }
    }

    @Test("A page of 25,000 events with 20 KB each costs a page, in both orders; so does a timeline")
    func history() async throws {
        try await Stack.with(workers: 1) { stack in
            let machine = try await stack.create(
                "loop",
                #"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Choice","Choices":["#
                    + #"{"Variable":"$.end","IsPresent":true,"Next":"C"}],"Default":"A"},"C":{"Type":"Succeed"}}}"#
            )
            let input = #"{"x":"\#(String(repeating: "x", count: 20_000))"}"#
            let execution = try await stack.start(machine, input, name: "e")
            #expect(try await stack.closed(execution)["status"] == "FAILED")
            let before = try stack.ingest.peakMemory()
            var ids: [Int64?] = []
            for isReversed in [false, true] {
                let request: JSONObject = [
                    "executionArn": .string(execution), "maxResults": .integer(1), "reverseOrder": .bool(isReversed),
                ]
                let page = try await stack.call("GetExecutionHistory", request).json.objectValue
                ids.append(page?["events"]?.arrayValue?.first?.objectValue?["id"]?.integerValue)
                var next = request
                next["nextToken"] = try #require(page?["nextToken"])
                let second = try await stack.call("GetExecutionHistory", next).json.objectValue
                ids.append(second?["events"]?.arrayValue?.first?.objectValue?["id"]?.integerValue)
            }
            let last = try #require(ids[2])
            #expect(ids == [1, 2, last, last - 1])
            #expect(last > 24_000)
            // A page of the most events has as many as fit into its bytes.
            let most: JSONObject = ["executionArn": .string(execution), "maxResults": .integer(1_000)]
            let page = try await stack.call("GetExecutionHistory", most).json.objectValue
            #expect((100...300).contains(page?["events"]?.arrayValue?.count ?? 0))
            let timeline = try await stack.get("/items/e/timeline?stateMachine=loop")
            #expect(timeline.status == 200)
            let states = timeline.json.objectValue?["events"]?.arrayValue?.reduce(0) {
                $0 + ($1.objectValue?["states"]?.arrayValue?.count ?? 0)
            }
            #expect(states ?? 0 > 12_000)
            try await expectFewReplays(of: execution, on: stack)
            #expect(try stack.ingest.peakMemory() < before + 120)
        }
    }

    /// Checks that many who ask for a long history at once are refused, and that those who go leave their turns to others.
    private func expectFewReplays(of execution: String, on stack: Stack) async throws {
        let body: JSONObject = [
            "executionArn": .string(execution), "maxResults": .integer(1), "reverseOrder": .bool(true),
        ]
        let asked = ContinuousClock.now
        #expect(try await stack.call("GetExecutionHistory", body).status == 200)
        let one = ContinuousClock.now - asked
        let text = JSON.object(body).text
        let request =
            "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: AWSStepFunctions.GetExecutionHistory\r\n"
            + "Content-Length: \(text.utf8.count)\r\n\r\n\(text)"
        let port = try #require(URL(string: stack.url)?.port)
        var clients: [RawClient] = []
        for _ in 0..<100 { clients.append(try await RawClient(port: port, request)) }
        var refused = ""
        try await eventually("one is refused") {
            refused = clients.map(\.answer).first { $0.hasPrefix("HTTP/1.1 503 ") } ?? ""
            return refused.contains("__type")
        }
        #expect(refused.lowercased().contains("\r\nretry-after: 1\r\n"), "\(refused)")
        #expect(refused.contains("ServiceUnavailable"), "\(refused)")
        for client in clients { try await client.leave(byReset: true) }
        let left = ContinuousClock.now
        try await eventually("one is answered") {
            try await stack.call("GetExecutionHistory", body).status == 200
        }
        // Sixty-four would have been before it.
        #expect(ContinuousClock.now - left < one * 20)
    }
}
