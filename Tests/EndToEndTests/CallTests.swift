import Foundation
import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

/// Functions and HTTP endpoints that tasks call, and map runs whose items are executions.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct CallTests {
    private static func task(_ fields: String) -> String {
        #"{"StartAt":"T","States":{"T":{"Type":"Task",\#(fields),"End":true}}}"#
    }

    private static func function(_ name: String, _ fields: String = "") -> String {
        task(#""Resource":"arn:aws:lambda:us-east-1:000000000000:function:\#(name)"\#(fields)"#)
    }

    private static func environment(_ server: FunctionServer, limit: Int = 256) -> [String: String] {
        let url = "http://127.0.0.1:\(server.port)"
        return [
            "WAITABLE_FUNCTIONS": "status=\(url)/status/503,hang=\(url)/hang,*=\(url)/{name}",
            "WAITABLE_HTTP_HOSTS": "127.0.0.1:\(server.port)", "WAITABLE_CALL_LIMIT": "\(limit)",
        ]
    }

    private func run(_ stack: Stack, _ definition: String, _ input: String = "{}") async throws -> JSONObject {
        let name = "m-\(UUID().uuidString.lowercased())"
        return try await stack.closed(try await stack.start(try await stack.create(name, definition), input))
    }

    @Test("Functions get the input and a key, and answer with the output, or with their error")
    func functions() async throws {
        let server = try await FunctionServer()
        try await Stack.with(workers: 1, environment: Self.environment(server)) { stack in
            let machine = try await stack.create("echo", Self.function("echo"))
            let execution = try await stack.start(machine, #"{"a":1}"#)
            #expect(try await stack.closed(execution)["output"] == #"{"a":1}"#)
            #expect(server.calls == [FunctionServer.Call(path: "/echo", key: execution + ":3", body: #"{"a":1}"#)])
            #expect(
                try await stack.events(execution) == [
                    "ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted",
                    "LambdaFunctionSucceeded", "TaskStateExited", "ExecutionSucceeded",
                ]
            )
            let invoke =
                #""Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"echo","Payload":[1]}"#
            let wrapped = try await run(stack, Self.task(invoke + #","OutputPath":"$.Payload""#))
            #expect(wrapped["output"] == "[1]")
            #expect(server.calls.last?.body == "[1]")
            let exchange = try await run(
                stack,
                Self.task(invoke + #","OutputPath":"$.SdkHttpMetadata.HttpStatusCode""#)
            )
            #expect(exchange["output"] == "200")
            let text =
                #""Resource":"arn:aws:states:us-east-1:000000000000:lambda:invoke","#
                + #""Parameters":{"FunctionName":"echo","Payload":"{\"a\": 1}"},"OutputPath":"$.Payload""#
            #expect(try await run(stack, Self.task(text))["output"] == #"{"a":1}"#)
            #expect(server.calls.last?.body == #"{"a": 1}"#)
            let failed = try await run(stack, Self.function("fail"))
            #expect(failed["error"] == "Broken")
            #expect(failed["cause"] == #"{"errorType":"Broken","errorMessage":"it broke"}"#)
            let retry = #","Retry":[{"ErrorEquals":["Lambda.ServiceException"],"IntervalSeconds":1,"MaxAttempts":1}]"#
            let busy = try await run(stack, Self.function("status", retry))
            #expect(busy["error"] == "Lambda.ServiceException")
            let tries = server.calls.filter { $0.path == "/status/503" }
            #expect(tries.count == 2)
            #expect(Set(tries.map(\.key)).count == 2)
            let late = try await run(stack, Self.function("hang", #","TimeoutSeconds":1"#))
            #expect(late["error"] == "States.Timeout")
        }
    }

    @Test("http:invoke calls what is allowed, and nothing else")
    func http() async throws {
        let server = try await FunctionServer()
        try await Stack.with(workers: 1, environment: Self.environment(server)) { stack in
            func call(_ url: String, _ more: String = "") -> String {
                let parameters = #"{"ApiEndpoint":"\#(url)","Method":"POST"\#(more)}"#
                return Self.task(#""Resource":"arn:aws:states:::http:invoke","Parameters":\#(parameters)"#)
            }
            let base = "http://127.0.0.1:\(server.port)"
            let answered = try await run(
                stack,
                call(base + "/echo", #","RequestBody":{"q":[1]},"QueryParameters":{"a":["1","2"]}"#)
            )
            let output = try JSON(parsing: try #require(answered["output"]?.stringValue)).objectValue
            #expect(output?["ResponseBody"] == .object(["q": .array([.integer(1)])]))
            #expect(output?["StatusCode"] == .integer(200))
            #expect(server.calls.last?.path == "/echo?a=1&a=2")
            #expect(try await run(stack, call(base + "/status/404"))["error"] == "States.Http.StatusCode.404")
            for url in ["http://localhost:\(server.port)/echo", "http://127.0.0.1:1/", "ftp://127.0.0.1/", "nothing"] {
                #expect(try await run(stack, call(url))["error"] == "States.Http.InvalidRequest", "\(url)")
            }
            #expect(server.calls.count == 2)
        }
    }

    @Test("Neither a URL, a header nor a function's name that only looks allowed leads to another server")
    func lookalikes() async throws {
        let server = try await FunctionServer()
        let port = server.port
        let environment = [
            "WAITABLE_FUNCTIONS": "*=http://{name}.example.com:\(port)/",
            "WAITABLE_HTTP_HOSTS": "*.example.com,127.0.0.1:\(port)",
        ]
        try await Stack.with(workers: 1, environment: environment) { stack in
            func call(_ url: String, _ headers: JSONObject = [:]) async throws -> JSONObject {
                let parameters: JSONObject = [
                    "ApiEndpoint": .string(url), "Method": "POST", "Headers": .object(headers),
                ]
                return try await run(
                    stack,
                    Self.task(
                        #""Resource":"arn:aws:states:::http:invoke","Parameters":\#(JSON.object(parameters).text)"#
                    )
                )
            }
            for url in [
                "http://127.0.0.1%00.example.com:\(port)/echo", "http://127.0.0.1:\(port)%00.example.com/echo",
                "http://127.0.0.1:\(port)\\.example.com/echo", "http://127.0.0.1:\(port)#.example.com/echo",
                "http://a.example.com@127.0.0.1:\(port)/echo",
            ] {
                let refused = try await call(url, ["Host": "a"])
                #expect(refused["error"] == "States.Http.InvalidRequest", "\(url)")
                #expect(refused["cause"]?.stringValue?.contains(url) == true, "\(refused)")
            }
            for (name, value) in [
                ("Host", "a"), ("Transfer-Encoding", "chunked"), ("Content-Length", "0"), ("Connection", "close"),
                ("X-A", "b\r\nHost: a"),
            ] as [(String, String)] {
                let refused = try await call("http://127.0.0.1:\(port)/echo", [name: .string(value)])
                #expect(refused["error"] == "States.Http.InvalidRequest", "\(name)")
                #expect(refused["cause"]?.stringValue?.hasPrefix("Headers") == true, "\(refused)")
            }
            for name in ["127.0.0.1:\(port)/echo?", "127.0.0.1/echo?", "127.0.0.1%00", "a@127.0.0.1"] {
                let parameters = JSON.object(["FunctionName": .string(name), "Payload": .object([:])])
                let invoke = #""Resource":"arn:aws:states:::lambda:invoke","Parameters":\#(parameters.text)"#
                let refused = try await run(stack, Self.task(invoke))
                #expect(refused["error"] == "Lambda.ResourceNotFoundException", "\(name)")
            }
            #expect(server.calls.isEmpty)
            #expect(try await call("http://127.0.0.1:\(port)/echo", ["X-A": "b"])["status"] == "SUCCEEDED")
            #expect(server.calls.map(\.path) == ["/echo"])
        }
    }

    @Test("Calls that hang hold up no other calls, batch mates or timers; those too many come later")
    func besides() async throws {
        let server = try await FunctionServer()
        try await Stack.with(workers: 1, environment: Self.environment(server, limit: 20)) { stack in
            let hanging = try await stack.create("hang", Self.function("hang", #","TimeoutSeconds":5"#))
            var executions: [String] = []
            for _ in 0..<30 { executions.append(try await stack.start(hanging)) }
            try await stack.startItems(100, at: stack.now().adding(milliseconds: 500))
            try await eventually("the items are done") { try await stack.closedCount() >= 100 }
            // Two thirds of the room, so that others have some.
            #expect(server.calls.count == 14)
            #expect(try await run(stack, Self.function("echo"))["status"] == "SUCCEEDED")
            #expect(server.calls.filter { $0.path == "/hang" }.count == 14)
            for execution in executions { #expect(try await stack.closed(execution)["error"] == "States.Timeout") }
            #expect(server.calls.filter { $0.path == "/hang" }.count == 30)
        }
    }

    @Test("Where more is due than there is room for calls, those that were due first are called first")
    func order() async throws {
        let server = try await FunctionServer()
        try await Stack.with { stack in
            let machine = try await stack.create(
                "late",
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","TimestampPath":"$.t","Next":"T"},"T":{"Type":"Task","#
                    + #""Resource":"arn:aws:lambda:us-east-1:000000000000:function:slow","End":true}}}"#
            )
            // Half of them are due at once, and the others twice as fast as they can be called.
            let count = 120
            let due = try await stack.now().adding(milliseconds: 10_000)
            for number in (0..<count).shuffled() {
                let instant = due.adding(milliseconds: Int64(max(number - count / 2, 0) * 25 + number))
                _ = try await stack.start(machine, #"{"t":"\#(instant.iso8601)","number":\#(number)}"#)
            }
            // One that is started later has been due since then.
            try #require(try await stack.now() < due)
            try await eventually("half of them are due") { try await stack.now() > due.adding(milliseconds: 60) }
            let worker = try stack.worker(Self.environment(server, limit: 3))
            try await eventually("all are closed") { try await stack.closedCount() == count }
            let numbers = try server.calls.map {
                try #require(try JSON(parsing: $0.body).objectValue?["number"]?.integerValue)
            }
            #expect(numbers.count == count)
            let overtaken = numbers.indices.map { index in numbers[..<index].count { $0 > numbers[index] } }
            #expect(overtaken.max() ?? 0 <= 60, "\(numbers)")
            worker.signal(SIGTERM)
        }
    }

    @Test("Executions that call again and again do not overtake those that wait for their first call")
    func loops() async throws {
        let server = try await FunctionServer()
        try await Stack.with(workers: 1, environment: Self.environment(server, limit: 3)) { stack in
            let loop =
                #"{"StartAt":"A","States":{"A":{"Type":"Task","ResultPath":null,"Next":"B","Resource":"#
                + #""arn:aws:lambda:us-east-1:000000000000:function:slow"},"B":{"Type":"Choice","Default":"A","#
                + #""Choices":[{"Variable":"$.end","IsPresent":true,"Next":"C"}]},"C":{"Type":"Succeed"}}}"#
            let looping = try await stack.create("loop", loop)
            for _ in 0..<12 { _ = try await stack.start(looping, "{}") }
            try await eventually("each has called") { server.calls.count >= 12 }
            #expect(try await run(stack, Self.function("echo"))["status"] == "SUCCEEDED")
        }
    }

    @Test("An answer with a status that is none fails the call, and nothing else", arguments: ["000", "099"])
    func noStatus(status: String) async throws {
        let server = try await FunctionServer()
        let url = "http://127.0.0.1:\(server.port)"
        let environment = [
            "WAITABLE_FUNCTIONS": "raw=\(url)/raw/\(status),*=\(url)/{name}",
            "WAITABLE_HTTP_HOSTS": "127.0.0.1:\(server.port)",
        ]
        try await Stack.with(workers: 1, environment: environment) { stack in
            let function = try await run(stack, Self.function("raw"))
            #expect(function["error"] == "Lambda.SdkClientException")
            let parameters = #"{"ApiEndpoint":"\#(url)/raw/\#(status)","Method":"GET"}"#
            let request = #""Resource":"arn:aws:states:::http:invoke","Parameters":\#(parameters)"#
            let invocation = try await run(stack, Self.task(request))
            #expect(invocation["error"] == "States.Http.Socket")
            #expect(server.calls.count == 2)
            let echo = try await run(stack, Self.function("echo"))
            #expect(echo["status"] == "SUCCEEDED")
        }
    }

    @Test("A step with more calls than there is room for makes them in turn, and leaves room to others")
    func manyOfOneStep() async throws {
        let server = try await FunctionServer()
        try await Stack.with(workers: 1, environment: Self.environment(server, limit: 20)) { stack in
            func map(_ function: String) -> String {
                #"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":\#(function)}}}"#
            }
            let items = "[" + Array(repeating: "{}", count: 39).joined(separator: ",") + "]"
            let hang = map(Self.function("hang", #","TimeoutSeconds":8"#))
            let hanging = try await stack.start(try await stack.create("hang", hang), items)
            try await eventually("as many as there is room for are called") { server.calls.count == 14 }
            #expect(try await run(stack, Self.function("echo"))["status"] == "SUCCEEDED")
            #expect(server.calls.filter { $0.path == "/hang" }.count == 14)
            #expect(try await stack.closed(hanging)["error"] == "States.Timeout")
            #expect(try await run(stack, map(Self.function("echo")), items)["status"] == "SUCCEEDED")
        }
    }

    @Test("An execution whose call has to wait for room keeps what it was told meanwhile")
    func postponed() async throws {
        let server = try await FunctionServer()
        try await Stack.with(workers: 1, environment: Self.environment(server, limit: 20)) { stack in
            let hang = #""Resource":"arn:aws:lambda:us-east-1:000000000000:function:hang","TimeoutSeconds""#
            let map =
                #"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":\#(Self.task(hang + ":4"))}}}"#
            let items = "[" + Array(repeating: "{}", count: 14).joined(separator: ",") + "]"
            let hanging = try await stack.start(try await stack.create("hang", map), items)
            try await eventually("there is no room for more of them") { server.calls.count == 14 }
            let later = try await stack.create(
                "later",
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"Next":"T"},"T":{"Type":"Task","#
                    + hang + #":1,"Catch":[{"ErrorEquals":["States.Timeout"],"Next":"C"}],"Next":"C"},"#
                    + #""C":{"Type":"Pass","Result":"called","End":true}}}"#
            )
            let execution = try await stack.start(later, name: "x")
            #expect(try await stack.post("", to: "/items/x/run-now?stateMachine=later").status == 200)
            let key = ExecutionKey(machine: "later", name: "x")
            let store = stack.store(of: key.name)
            func document() async throws -> String? {
                try await store.client.send(RedisCommand("HGET", store.keys.executions, key.member)).string
            }
            let told = try await document()
            // Claimed and given back.
            var scores: Set<Double> = []
            try await eventually("it waits for room") {
                if let score = try await store.dueScore(key) { scores.insert(score) }
                return scores.count > 3
            }
            #expect(server.calls.count == 14)
            #expect(try await document() == told)
            #expect(try await stack.closed(hanging)["error"] == "States.Timeout")
            #expect(try await stack.closed(execution)["output"] == #""called""#)
        }
    }

    @Test("A worker that is killed in a call leads to the retry that the definition says")
    func killed() async throws {
        let server = try await FunctionServer()
        try await Stack.with { stack in
            let first = try stack.worker(Self.environment(server))
            let machine = try await stack.create(
                "hang",
                Self.function(
                    "hang",
                    #","Retry":[{"ErrorEquals":["States.TaskFailed"],"IntervalSeconds":1,"MaxAttempts":1}]"#
                )
            )
            let execution = try await stack.start(machine)
            try await eventually("the function is called") { server.calls.count == 1 }
            first.signal(SIGKILL)
            _ = try await first.end()
            let second = try stack.worker([
                "WAITABLE_FUNCTIONS": "hang=http://127.0.0.1:\(server.port)/echo"
            ])
            #expect(try await stack.closed(execution)["output"] == "{}")
            #expect(server.calls.map(\.path) == ["/hang", "/echo"])
            let events = try await stack.events(execution)
            #expect(events.filter { $0 == "LambdaFunctionFailed" }.count == 1)
            second.signal(SIGTERM)
            #expect(try await second.end() == 0)
        }
    }

    @Test("A map run's items are executions of their own, all of them once though a worker is killed; some may fail")
    func mapRun() async throws {
        try await Stack.with { stack in
            let workers = try (0..<3).map { _ in try stack.worker(["WAITABLE_LEASE_MS": "1000"]) }
            let machine = try await stack.create(
                "map",
                #"{"StartAt":"M","States":{"M":{"Type":"Map","ToleratedFailureCount":50,"End":true,"ItemProcessor":{"#
                    + #""ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"C","States":{"#
                    + #""C":{"Type":"Choice","Choices":[{"Variable":"$","NumericGreaterThanEquals":950,"Next":"F"}],"Default":"W"},"#
                    + #""F":{"Type":"Fail","Error":"E"},"W":{"Type":"Wait","Seconds":2,"End":true}}}}}}"#
            )
            let items = JSON.array((0..<1_000).map { .integer($0) })
            let execution = try await stack.start(machine, items.text)
            try await eventually("some are running") { try await stack.dueCount() > 300 }
            workers[0].signal(SIGKILL)
            _ = try await workers[0].end()
            let expected = JSON.array((0..<950).map { .integer($0) })
            #expect(try await stack.closed(execution)["output"] == .string(expected.text))
            #expect(
                try await stack.events(execution) == [
                    "ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted", "MapRunSucceeded",
                    "MapStateSucceeded", "MapStateExited", "ExecutionSucceeded",
                ]
            )
            #expect(try await stack.closedCount() == 1_001)
            #expect(try await stack.dueCount() == 0)
            for worker in workers.dropFirst() {
                worker.signal(SIGTERM)
                #expect(try await worker.end() == 0)
            }
        }
    }

    @Test("When too many items fail, the others are stopped")
    func tolerance() async throws {
        try await Stack.with(workers: 2) { stack in
            let definition =
                #"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{"#
                + #""ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"},"StartAt":"C","States":{"#
                + #""C":{"Type":"Choice","Choices":[{"Variable":"$","NumericEquals":7,"Next":"F"}],"Default":"W"},"#
                + #""F":{"Type":"Fail","Error":"E"},"W":{"Type":"Wait","Seconds":200,"End":true}}}}}}"#
            let end = try await run(stack, definition, JSON.array((0..<20).map { .integer($0) }).text)
            #expect(end["error"] == "States.ExceedToleratedFailureThreshold")
            try await eventually("nothing is left") { try await stack.dueCount() == 0 }
            #expect(try await stack.closedCount() == 21)
        }
    }
}
