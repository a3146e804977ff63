import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

/// What the page asks for besides what was there: counts, failures by kind, pictures and events.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct PageAPITests {
    private static let failing =
        #"{"StartAt":"Check","States":{"Check":{"Type":"Fail","Error":"NoStock","Cause":"sold out"}}}"#

    private static func deploy(_ stack: Stack, _ name: String, _ definition: String) async throws -> String {
        let answer = try await stack.call(
            "CreateStateMachine",
            ["name": .string(name), "definition": .string(definition), "roleArn": "arn:aws:iam::000000000000:role/r"]
        )
        return try #require(answer.json.objectValue?["stateMachineArn"]?.stringValue, "\(answer.json.text)")
    }

    private static func start(_ stack: Stack, _ arn: String, _ name: String) async throws {
        let answer = try await stack.call(
            "StartExecution",
            ["stateMachineArn": .string(arn), "name": .string(name), "input": "{}"]
        )
        #expect(answer.status == 200, "\(answer.json.text)")
    }

    /// Reads a stream of events until there are so many of a name; their data.
    private static func events(
        _ stack: Stack,
        _ query: String,
        _ name: String,
        _ count: Int,
        meanwhile: @Sendable (Int) async throws -> Void = { _ in }
    ) async throws -> [JSON] {
        let response = try await HTTPClient.shared.execute(
            HTTPClientRequest(url: stack.url + "/events" + query),
            timeout: .seconds(20)
        )
        #expect(response.status == .ok)
        #expect(response.headers.first(name: "Content-Type") == "text/event-stream")
        var text = ""
        var found: [JSON] = []
        for try await chunk in response.body {
            text += String(buffer: chunk)
            while let end = text.firstRange(of: "\n\n") {
                let lines = text[..<end.lowerBound].split(separator: "\n")
                text = String(text[end.upperBound...])
                guard lines.contains("event: \(name)"), let data = lines.first(where: { $0.hasPrefix("data: ") }) else {
                    continue
                }
                found.append(try JSON(parsing: String(data.dropFirst(6))))
                if found.count == count { return found }
                try await meanwhile(found.count)
            }
        }
        return found
    }

    @Test(
        "The schedule counts each waiting item once, at its instant, and what is due, later or without an instant apart"
    )
    func schedule() async throws {
        try await Stack.with { stack async throws in
            let now = try await stack.now()
            let from = now.adding(milliseconds: 3_600_000)
            for (id, offset) in [("a", 0), ("b", 999), ("c", 1_000), ("d", 2_999), ("e", 3_000), ("f", -1)] {
                let instant = from.adding(milliseconds: Int64(offset)).iso8601
                #expect(try await stack.post(#"{"Id":"\#(id)","StartTimestamp":"\#(instant)"}"#).status == 200)
            }
            let to = from.adding(milliseconds: 3_000)
            let path = "/schedule?from=\(from.iso8601)&to=\(to.iso8601)&buckets=3"
            let view = try await stack.get(path).json.objectValue
            let buckets = view?["buckets"]?.arrayValue?.compactMap(\.objectValue) ?? []
            #expect(buckets.map { $0["count"] } == [.integer(2), .integer(1), .integer(1)])
            #expect(buckets.first?["from"] == .string(from.iso8601) && buckets.last?["to"] == .string(to.iso8601))
            #expect(view?["earlier"] == .integer(1) && view?["later"] == .integer(1))
            #expect(view?["answersOnly"] == .integer(0))
            let bad = try await stack.get("/schedule?from=\(to.iso8601)&to=\(from.iso8601)")
            #expect(bad.status == 400 && bad.json.objectValue?["field"] == "to")
            for query in ["buckets=0", "buckets=201", "buckets=x", "from=tomorrow", "other=1"] {
                #expect(try await stack.get("/schedule?\(query)").status == 400, "\(query)")
            }
            // The whole range of instants, in parts that are no whole number of milliseconds.
            let all = try await stack.get("/schedule?from=0001-01-01T00:00:00Z&to=2109-01-01T00:00:00Z&buckets=199")
            let counts = all.json.objectValue?["buckets"]?.arrayValue?.compactMap {
                $0.objectValue?["count"]?.integerValue
            }
            #expect(counts?.reduce(0, +) == 6 && counts?.count == 199)
        }
    }

    @Test("Failures are told by kind with the newest of each, and an error filters the list of items")
    func failures() async throws {
        try await Stack.with { stack async throws in
            let arn = try await Self.deploy(stack, "stock", Self.failing)
            for number in 0..<3 { try await Self.start(stack, arn, "s\(number)") }
            let far = "2036-01-01T00:00:00Z"
            #expect(try await stack.post(#"{"Id":"c","StartTimestamp":"\#(far)"}"#).status == 200)
            #expect(try await stack.post(#"{"error":"Withdrawn"}"#, to: "/items/c/cancel").status == 200)
            let view = try await stack.get("/failures").json.objectValue
            let groups = view?["groups"]?.arrayValue?.compactMap(\.objectValue) ?? []
            #expect(groups.map { $0["error"] } == ["Withdrawn", "NoStock"])
            let minutes = try await stack.get("/throughput").json.objectValue?["minutes"]?.arrayValue ?? []
            for name in ["closed", "failed"] {
                #expect(minutes.compactMap { $0.objectValue?[name]?.integerValue }.reduce(0, +) == 4, "\(name)")
            }
            #expect(groups.map { $0["count"] } == [.integer(1), .integer(3)])
            #expect(groups.map { $0["status"] } == ["ABORTED", "FAILED"])
            #expect(groups.map { $0["state"] } == ["WaitUntil", "Check"])
            #expect(groups.last?["last"]?.objectValue?["cause"] == "sold out")
            #expect(view?["looked"] == .integer(4) && view?["nextToken"] == nil)
            let one = try await stack.get("/failures?limit=1").json.objectValue
            #expect(one?["looked"] == .integer(1))
            let token = try #require(one?["nextToken"]?.stringValue)
            #expect(try await stack.get("/failures?nextToken=\(token)").json.objectValue?["looked"] == .integer(3))
            #expect(try await stack.get("/failures?status=SUCCEEDED").status == 400)
            let items = try await stack.get("/items?error=NoStock").json.objectValue?["items"]?.arrayValue
            #expect(items?.count == 3)
            #expect(try await stack.get("/items?error=NoStoc").json.objectValue?["items"]?.arrayValue?.isEmpty == true)
        }
    }

    @Test("A picture is of the machine as it is, or as an item has it; what is no machine is not found")
    func graph() async throws {
        try await Stack.with { stack async throws in
            let arn = try await Self.deploy(stack, "stock", Self.failing)
            try await Self.start(stack, arn, "s0")
            let later = Self.failing.replacing("Check", with: "Look<b>")
            let update = try await stack.call(
                "UpdateStateMachine",
                ["stateMachineArn": .string(arn), "definition": .string(later)]
            )
            #expect(update.status == 200, "\(update.json.text)")
            func picture(_ query: String) async throws -> String {
                let request = HTTPClientRequest(url: stack.url + "/state-machines/stock/graph.svg\(query)")
                let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
                #expect(response.headers.first(name: "Content-Type") == "image/svg+xml")
                return String(buffer: try await response.body.collect(upTo: 1 << 20))
            }
            let current = try await picture("")
            #expect(current.contains(">Look&lt;b&gt;</text>") && current.contains("<style>"))
            let own = try await picture("?Id=s0&style=off")
            #expect(own.contains(">Check</text>") && !own.contains("<style>"))
            // One that nobody could see anything in is refused, before it takes a processor.
            let states = (0..<400).map { number in
                let next = number == 399 ? "End" : "S\(number + 1)"
                return #""S\#(number)":{"Type":"Pass","Next":"\#(next)"}"#
            }
            let long = #"{"StartAt":"S0","States":{\#(states.joined(separator: ",")),"End":{"Type":"Succeed"}}}"#
            _ = try await Self.deploy(stack, "long", long)
            let refused = try await stack.get("/state-machines/long/graph.svg")
            #expect(refused.status == 400 && refused.json.objectValue?["field"] == "name")
            #expect(try await stack.get("/state-machines/none/graph.svg").status == 404)
            #expect(try await stack.get("/state-machines/stock/graph.svg?Id=none").status == 404)
            #expect(try await stack.get("/state-machines/stock/graph.svg?size=2").status == 400)
        }
    }

    @Test("Events tell the overview every second, an item when it has changed, and that Redis has gone")
    func events() async throws {
        try await Stack.with { stack async throws in
            let far = "2036-01-01T00:00:00Z"
            #expect(try await stack.post(#"{"Id":"a","StartTimestamp":"\#(far)"}"#).status == 200)
            let begun = ContinuousClock.now
            let overviews = try await Self.events(stack, "?areas=overview", "overview", 3)
            #expect(overviews.allSatisfy { $0.objectValue?["waiting"] == .integer(1) })
            #expect(overviews.last?.objectValue?["redis"]?.objectValue?["isReady"] == .bool(true))
            #expect(begun.duration(to: .now) > .seconds(1))
            let items = try await Self.events(stack, "?areas=item&Id=a", "item", 2) { count async throws in
                guard count == 1 else { return }
                #expect(try await stack.post("", to: "/items/a/cancel").status == 200)
            }
            #expect(items.map { $0.objectValue?["status"] } == ["WAITING", "ABORTED"])
            // Whoever watches is told that Redis does not answer, instead of nothing.
            stack.redis.stop()
            let troubles = try await Self.events(stack, "?areas=overview", "trouble", 1)
            #expect(troubles.first?.objectValue?["code"] == "RedisUnavailable")
        }
    }

    @Test("An item that many watch is looked at once a second for all, and read whole only where it has changed")
    func watchers() async throws {
        let users = try RedisUsers(default: RedisUsers.openDefaultLine)
        try await Stack.with(options: users.options, ingestUser: "ingest") { stack async throws in
            let waiting =
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","Timestamp":"2036-01-01T00:00:00Z","End":true}}}"#
            let arn = try await Self.deploy(stack, "far", waiting)
            let input = JSON.object(["text": .string(String(repeating: "x", count: 200_000))]).text
            let start: JSONObject = ["stateMachineArn": .string(arn), "name": "a", "input": .string(input)]
            #expect(try await stack.call("StartExecution", start).status == 200)
            let client = stack.store(of: "a").client
            @Sendable func calls(_ command: String) async throws -> Int {
                let text = try await client.send(RedisCommand("INFO", "commandstats")).string ?? ""
                let line = text.split(separator: "\n").first { $0.hasPrefix("cmdstat_\(command):calls=") }
                return line.flatMap { Int($0.split { "=,".contains($0) }[1]) } ?? 0
            }
            let told = Counter()
            try await withThrowingTaskGroup(of: [JSON].self) { group in
                // The client has eight connections at most.
                for _ in 0..<6 {
                    group.addTask {
                        try await Self.events(stack, "?areas=item&Id=a&stateMachine=far", "item", 2) { _ in
                            told.next()
                        }
                    }
                }
                try await eventually("all are told how it stands") { told.value == 6 }
                _ = try await client.send(RedisCommand("CONFIG", "RESETSTAT"))
                try await eventually("it is looked at") { try await calls("hstrlen") >= 3 }
                #expect(try await calls("hmget") <= 2)
                let later = #"{"StartTimestamp":"2037-01-01T00:00:00Z"}"#
                #expect(try await stack.post(later, to: "/items/a/reschedule?stateMachine=far").status == 200)
                for try await events in group {
                    let due = events.map { $0.objectValue?["due"]?.stringValue?.prefix(4) }
                    #expect(due == ["2036", "2037"])
                    let input = events.last?.objectValue?["input"]?.objectValue
                    #expect(input?["text"]?.stringValue?.utf8.count == 200_000)
                }
            }
        }
    }

    @Test("A stream is asked for by areas that there are, and an item by its Id")
    func eventErrors() async throws {
        try await Stack.with { stack async throws in
            let queries = [
                "areas=", "areas=all", "areas=overview,overview", "areas=item", "Id=a", "stateMachine=m", "since=1",
                "areas=item&Id=%20",
            ]
            for query in queries {
                let answer = try await stack.get("/events?\(query)")
                #expect(answer.status == 400 && answer.json.objectValue?["code"] == "InvalidField", "\(query)")
            }
        }
    }

    @Test("An ingest that has to stop does not wait for those who watch")
    func stopping() async throws {
        try await Stack.with { stack async throws in
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: stack.url + "/events"),
                timeout: .seconds(20)
            )
            var body = response.body.makeAsyncIterator()
            #expect(try await body.next() != nil)
            let begun = ContinuousClock.now
            stack.ingest.signal(SIGTERM)
            while try await body.next() != nil {}
            // What does not stop by itself is cut off after 7 s.
            #expect(begun.duration(to: .now) < .seconds(6))
        }
    }

    @Test("A stream ends when its token is taken back")
    func withdrawnToken() async throws {
        let folder = try CredentialFolder()
        let token = try await folder.addToken("reader", rights: "read")
        try await Stack.with(environment: folder.environment) { stack async throws in
            var request = HTTPClientRequest(url: stack.url + "/events?areas=overview")
            #expect(try await HTTPClient.shared.execute(request, timeout: .seconds(20)).status == .unauthorized)
            request.headers.add(name: "Authorization", value: "Bearer \(token)")
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
            var body = response.body.makeAsyncIterator()
            #expect(try await body.next() != nil)
            try folder.write("# Tokens of a test\n", to: folder.tokens, mode: 0o644)
            while try await body.next() != nil {}
        }
    }

    @Test("What is of a map run can be seen by itself, with its parent, and is not managed by itself")
    func mapRunItems() async throws {
        try await Stack.with { stack async throws in
            let processor =
                #"{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"P","#
                + #""States":{"P":{"Type":"Wait","Timestamp":"2036-01-01T00:00:00Z","End":true}}}"#
            let definition =
                #"{"StartAt":"M","States":{"M":{"Type":"Map","Label":"each","ItemsPath":"$.l","#
                + #""ItemProcessor":\#(processor),"End":true}}}"#
            let arn = try await Self.deploy(stack, "run", definition)
            let worker = try stack.worker()
            let start = try await stack.call(
                "StartExecution",
                ["stateMachineArn": .string(arn), "name": "r", "input": #"{"l":[1]}"#]
            )
            #expect(start.status == 200, "\(start.json.text)")
            try await eventually("its item waits") {
                let page = try await stack.get("/items?stateMachine=run%2Feach").json.objectValue
                return page?["items"]?.arrayValue?.count == 1
            }
            let page = try await stack.get("/items?stateMachine=run%2Feach").json.objectValue
            let id = try #require(page?["items"]?.arrayValue?.first?.objectValue?["Id"]?.stringValue)
            try await eventually("a worker has begun it") {
                try await stack.get("/items/\(id)?stateMachine=run%2Feach").json.objectValue?["state"] == "P"
            }
            let item = try await stack.get("/items/\(id)?stateMachine=run%2Feach").json.objectValue
            #expect(item?["parent"]?.objectValue == ["Id": "r", "stateMachine": "run"])
            #expect(try await stack.get("/items/\(id)/timeline?stateMachine=run%2Feach").status == 200)
            let managed = try await stack.post("", to: "/items/\(id)/cancel?stateMachine=run%2Feach")
            #expect(managed.status == 400 && managed.json.objectValue?["field"] == "stateMachine")
            #expect(try await stack.get("/items?stateMachine=run%2F").status == 400)
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("Activities tell how much waits, and whose task waits longest")
    func activities() async throws {
        try await Stack.with { stack async throws in
            let activity = try await stack.call("CreateActivity", ["name": "packing"])
            let resource = try #require(activity.json.objectValue?["activityArn"]?.stringValue)
            let arn = try await Self.deploy(
                stack,
                "line",
                #"{"StartAt":"P","States":{"P":{"Type":"Task","Resource":"\#(resource)","End":true}}}"#
            )
            // What takes a task to an activity of another partition.
            let worker = try stack.worker()
            try await eventually("it works") { worker.output.contains("worker started") }
            func queue() async throws -> JSONObject? {
                let queues = try await stack.get("/activities").json.objectValue?["activities"]?.arrayValue
                #expect(queues?.count == 1)
                return queues?.first?.objectValue
            }
            for (number, name) in ["first", "second"].enumerated() {
                try await Self.start(stack, arn, name)
                try await eventually("its task waits") { try await queue()?["waiting"] == .integer(Int64(number + 1)) }
            }
            let both = try await queue()
            #expect(both?["name"] == "packing")
            #expect(both?["oldest"]?.objectValue == ["Id": "first", "stateMachine": "line"])
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }
}
