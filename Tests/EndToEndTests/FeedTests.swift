import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RedisClient
import StatesLanguage
import Testing
import WaitableOperations
import WaitableRedis

/// The change feed of a real stack, by server-sent events.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct FeedTests {
    private static let waiting =
        #"{"StartAt":"W","States":{"W":{"Type":"Wait","TimestampPath":"$.at","Next":"C"},"#
        + #""C":{"Type":"Choice","Choices":[{"Variable":"$.fails","IsPresent":true,"Next":"F"}],"Default":"S"},"#
        + #""F":{"Type":"Fail","Error":"NoStock"},"S":{"Type":"Succeed"}}}"#

    private static func create(
        _ stack: Stack,
        _ name: String,
        _ definition: String = waiting,
        events: String? = "true"
    ) async throws -> String {
        var body: JSONObject = [
            "name": .string(name), "definition": .string(definition), "roleArn": "arn:aws:iam::000000000000:role/any",
        ]
        if let events {
            body["tags"] = .array([.object(["key": "waitable:events", "value": .string(events)])])
        }
        let answer = try await stack.call("CreateStateMachine", body)
        return try #require(answer.json.objectValue?["stateMachineArn"]?.stringValue, "\(answer.json.text)")
    }

    /// Reads the feed until there are so many events.
    ///
    /// - Parameter lastID: The id of the last event that is known; `nil` for none.
    private static func events(
        _ stack: Stack,
        _ query: String,
        after lastID: String?,
        _ count: Int,
        meanwhile: @Sendable () async throws -> Void = {}
    ) async throws -> [JSONObject] {
        var request = HTTPClientRequest(url: stack.url + "/events?" + query)
        if let lastID { request.headers.add(name: "Last-Event-ID", value: lastID) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        #expect(response.status == .ok)
        var text = ""
        var found: [JSONObject] = []
        var isFirst = true
        for try await chunk in response.body {
            if isFirst { try await meanwhile() }
            isFirst = false
            text += String(buffer: chunk)
            while let end = text.firstRange(of: "\n\n") {
                let lines = text[..<end.lowerBound].split(separator: "\n")
                text = String(text[end.upperBound...])
                guard let data = lines.first(where: { $0.hasPrefix("data: ") }) else { continue }
                let event = try #require(try JSON(parsing: String(data.dropFirst(6))).objectValue)
                #expect(lines.contains("id: \(event["id"]?.stringValue ?? "-")"))
                #expect(lines.contains("event: \(event["type"]?.stringValue ?? "-")"))
                found.append(event)
                if found.count == count { return found }
            }
        }
        return found
    }

    private static func text(_ event: JSONObject) -> String {
        ["type", "Id", "status", "error"].compactMap { event[$0]?.stringValue }.joined(separator: " ")
    }

    @Test("Starts and ends of a machine that tells come live, and again from any event on; no others do")
    func stream() async throws {
        try await Stack.with(workers: 1) { stack in
            let telling = try await Self.create(stack, "telling")
            let silent = try await Self.create(stack, "silent", events: nil)
            let at = try await stack.now().adding(milliseconds: 1_000).iso8601
            let events = try await Self.events(stack, "feed=all", after: nil, 4) {
                _ = try await stack.start(silent, #"{"at":"\#(at)"}"#, name: "quiet")
                _ = try await stack.start(telling, #"{"at":"\#(at)"}"#, name: "a")
                _ = try await stack.start(telling, #"{"at":"\#(at)","fails":1}"#, name: "b")
            }
            let texts = events.map(Self.text)
            #expect(Set(texts.prefix(2)) == ["accepted a", "accepted b"])
            #expect(Set(texts.suffix(2)) == ["completed a SUCCEEDED", "failed b FAILED NoStock"])
            #expect(events[0]["due"]?.stringValue == at)
            #expect(events.allSatisfy { $0["stateMachine"] == "telling" })
            let first = try #require(events[0]["id"]?.stringValue)
            let rest = try await Self.events(stack, "feed=all", after: first, 3)
            #expect(rest.map(Self.text).last == texts.last)
            let filtered = try await Self.events(stack, "feed=failed,stopped&stateMachine=telling&Id=b", after: "0", 1)
            #expect(filtered.map(Self.text) == ["failed b FAILED NoStock"])
            let others = try await stack.integer("XLEN", stack.store.keys.events)
            #expect(stack.partitions.stores.count > 1 || others == 4)
        }
    }

    @Test("Streams that have read all ask Redis together how far the feed goes, and read nothing")
    func idleStreams() async throws {
        try await Stack.with { stack in
            let machine = try await Self.create(stack, "telling")
            _ = try await stack.start(machine, #"{"at":"2020-01-01T00:00:00Z"}"#, name: "a")
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                let (readers, reader) = AsyncStream.makeStream(of: Void.self)
                for _ in 0..<6 {
                    group.addTask {
                        var request = HTTPClientRequest(url: stack.url + "/events?feed=completed")
                        request.headers.add(name: "Last-Event-ID", value: "0")
                        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
                        for try await chunk in response.body where String(buffer: chunk).contains("completed") {
                            reader.yield()
                        }
                    }
                }
                var hasRead = readers.makeAsyncIterator()
                for _ in 0..<6 { await hasRead.next() }
                let reads = try await Self.calls(stack, "xrange")
                let tails = try await Self.calls(stack, "xrevrange")
                let partitions = stack.partitions.stores.count
                try await eventually("it was asked some times how far the feed goes") {
                    try await Self.calls(stack, "xrevrange") >= tails + 4 * partitions
                }
                #expect(try await Self.calls(stack, "xrange") == reads)
            }
        }
    }

    private static func calls(_ stack: Stack, _ command: String) async throws -> Int {
        let text = try await stack.store.client.send(RedisCommand("INFO", "commandstats")).string ?? ""
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_\(command):") } ?? ""
        guard let start = line.firstRange(of: "calls=") else { return 0 }
        return Int(line[start.upperBound...].prefix { $0.isNumber }) ?? 0
    }

    @Test("A start that runs to its end at once tells both, and is told once however often it is sent")
    func atOnce() async throws {
        try await Stack.with { stack in
            let machine = try await Self.create(stack, "telling")
            let start: JSONObject = [
                "stateMachineArn": .string(machine), "name": "a", "input": #"{"at":"2020-01-01T00:00:00Z"}"#,
            ]
            for _ in 0..<2 { _ = try await stack.call("StartExecution", start) }
            let events = try await Self.events(stack, "feed=all", after: "0", 2)
            #expect(events.map(Self.text) == ["accepted a", "completed a SUCCEEDED"])
            let event = try #require(events[1]["id"]?.stringValue)
            let store = stack.partitions.store(of: "a")
            #expect(try await store.events(after: .beginning, limit: 10).events.last?.id == event)
        }
    }

    @Test("What people do over HTTP is told: reschedule, cancel, redrive")
    func byHand() async throws {
        try await Stack.with { stack in
            let file = Program.root.appending(path: "statemachine/waitable-stepfunction.asl.json").path
            let deploy = try Program(["deploy", file, "--events"], environment: stack.environment)
            #expect(try await deploy.end() == 0, "\(deploy.output)")
            // An ingest knows what a name stands for, for a second.
            try await eventually("the new revision is started") {
                let id = UUID().uuidString
                let body = #"{"Id":"\#(id)","StartTimestamp":"2036-01-01T00:00:00Z"}"#
                #expect(try await stack.post(body).status == 200)
                let store = stack.partitions.store(of: id)
                return try await store.events(after: .beginning, limit: 1).events.first != nil
            }
            #expect(try await stack.post(#"{"Id":"a","StartTimestamp":"2036-01-01T00:00:00Z"}"#).status == 200)
            let later = #"{"StartTimestamp":"2037-01-01T00:00:00Z"}"#
            #expect(try await stack.post(later, to: "/items/a/reschedule").status == 200)
            #expect(try await stack.post(#"{"error":"Withdrawn"}"#, to: "/items/a/cancel").status == 200)
            #expect(try await stack.post("", to: "/items/a/redrive").status == 200)
            let events = try await Self.events(stack, "feed=all&Id=a", after: "0", 4)
            #expect(
                events.map(Self.text) == ["accepted a", "moved a", "stopped a ABORTED Withdrawn", "redriven a"]
            )
            #expect(events[1]["due"] == "2037-01-01T00:00:00.000Z")
        }
    }

    @Test("A feed is asked for by kinds that there are, and goes on from an event that it can have")
    func errors() async throws {
        try await Stack.with { stack in
            for query in ["feed=", "feed=all,failed", "feed=ended", "feed=all&areas=overview", "feed=all&Id=%20"] {
                let answer = try await stack.get("/events?\(query)")
                #expect(answer.status == 400 && answer.json.objectValue?["code"] == "InvalidField", "\(query)")
            }
            var request = HTTPClientRequest(url: stack.url + "/events?feed=all")
            request.headers.add(name: "Last-Event-ID", value: "2026-01-01T00:00:00Z")
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
            #expect(response.status == .badRequest)
            let tags = try await stack.call(
                "CreateStateMachine",
                [
                    "name": "odd", "definition": .string(Self.waiting), "roleArn": "arn:aws:iam::000000000000:role/any",
                    "tags": .array([.object(["key": "waitable:events", "value": "yes"])]),
                ]
            )
            #expect(tags.status == 400)
        }
    }

    @Test(
        "A start of a machine that tells costs an entry of the feed, and one of a machine that does not costs nothing"
    )
    func cost() async throws {
        try await Stack.with { stack in
            let far = #"{"StartAt":"W","States":{"W":{"Type":"Wait","Timestamp":"2036-01-01T00:00:00Z","End":true}}}"#
            let telling = try await Self.create(stack, "telling", far)
            let silent = try await Self.create(stack, "silent", far, events: "false")
            func calls(_ machine: String) async throws -> [String: Int] {
                _ = try await stack.store.client.send(RedisCommand("CONFIG", "RESETSTAT"))
                let name = machine.split(separator: ":").last ?? ""
                let lines = (0..<500).map {
                    #"{"Id":"\#(name)-\#($0)","StartTimestamp":"2036-01-01T00:00:00Z","stateMachine":"\#(name)"}"#
                }
                let answers = try await stack.batch(lines.joined(separator: "\n"))
                #expect(answers.count == 500)
                let text = try await stack.store.client.send(RedisCommand("INFO", "commandstats")).string ?? ""
                var calls: [String: Int] = [:]
                for name in ["xadd", "getrange", "hset"] {
                    let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_\(name):") }
                    let start = line?.firstRange(of: "calls=")?.upperBound
                    calls[name] = start.flatMap { start in line.flatMap { Int($0[start...].prefix(while: \.isNumber)) }
                    }
                }
                return calls
            }
            let quiet = try await calls(silent)
            #expect(quiet["xadd"] == nil && quiet["getrange"] == nil, "\(quiet)")
            let told = try await calls(telling)
            #expect(told["xadd"] == 500, "\(told)")
            // One for each call of the function.
            #expect(told["getrange", default: 0] <= 100, "\(told)")
        }
    }
}
