import Foundation
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

/// What an operator does with items: over HTTP and by command, the same.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ManagementTests {
    private static let far = "2036-05-01T12:00:00.000Z"
    private static let machine = "waitable-stepfunction"

    private static func start(_ stack: Stack, _ id: String, at instant: String = far) async throws {
        #expect(try await stack.post(#"{"Id":"\#(id)","StartTimestamp":"\#(instant)"}"#).status == 200)
    }

    private static func status(_ stack: Stack, _ id: String) async throws -> String? {
        try await stack.get("/status/\(id)").json.objectValue?["ProcessStatus"]?.stringValue
    }

    @Test("Cancel aborts the execution and the item with it; redrive takes both up again")
    func cancelAndRedrive() async throws {
        try await Stack.with { stack in
            try await Self.start(stack, "a")
            let cancelled = try await stack.post(
                #"{"error":"Withdrawn","cause":"by phone"}"#,
                to: "/items/a/cancel"
            )
            #expect(cancelled.status == 200)
            let view = cancelled.json.objectValue
            #expect(view?["status"] == "ABORTED")
            #expect(view?["error"] == "Withdrawn")
            #expect(view?["item"]?.objectValue?["ProcessStatus"] == "CANCELLED")
            #expect(try await stack.post("", to: "/items/a/cancel").json.objectValue?["status"] == "ABORTED")
            let closed = try await stack.post(#"{"StartTimestamp":"\#(Self.far)"}"#, to: "/items/a/reschedule")
            #expect(closed.status == 409)
            #expect(closed.json.objectValue?["code"] == "ItemClosed")

            #expect(try await stack.post("", to: "/items/a/redrive").status == 200)
            #expect(try await Self.status(stack, "a") == "STARTED")
            #expect(try await stack.post("", to: "/items/a/redrive").json.objectValue?["code"] == "ItemOpen")
            let worker = try stack.worker()
            try await eventually("it waits again") {
                try await stack.get("/items/a").json.objectValue?["due"] == .string(Self.far)
            }
            #expect(try await stack.post("", to: "/items/a/run-now").status == 200)
            try await eventually("it has run") { try await Self.status(stack, "a") == "COMPLETED" }
            #expect(try await stack.post("", to: "/items/a/redrive").json.objectValue?["code"] == "ItemSucceeded")
            #expect(try await stack.post("", to: "/items/a/cancel").json.objectValue?["code"] == "ItemClosed")
            let timeline = try await stack.get("/items/a/timeline").json.objectValue
            let events = (timeline?["events"]?.arrayValue ?? []).compactMap { $0.objectValue?["event"]?.stringValue }
            #expect(
                events == [
                    "ACCEPTED", "RAN", "ABORTED", "REDRIVEN", "RAN", "RESCHEDULED", "DUE", "RAN", "SUCCEEDED",
                ]
            )
            #expect(timeline?["attempts"] == .integer(1))
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("A rescheduled item shows its new moment and runs then, not before; the timeline says who ran it")
    func reschedule() async throws {
        try await Stack.with { stack in
            try await Self.start(stack, "a")
            let worker = try stack.worker(["WAITABLE_WORKER_NAME": "w1"])
            let due = try await stack.now().adding(milliseconds: 1_500).iso8601
            let answer = try await stack.post(#"{"StartTimestamp":"\#(due)"}"#, to: "/items/a/reschedule")
            #expect(answer.json.objectValue?["due"] == .string(due))
            #expect(try await stack.get("/status/a").json.objectValue?["StartActionAt"] == .string(due))
            try await eventually("it has run") { try await Self.status(stack, "a") == "COMPLETED" }
            let updated = try await stack.get("/status/a").json.objectValue?["LastUpdated"]?.stringValue
            #expect(try #require(updated) >= due)
            let events = try await stack.get("/items/a/timeline").json.objectValue?["events"]?.arrayValue
            let ran = events?.last { $0.objectValue?["event"] == "RAN" }?.objectValue
            #expect(ran?["worker"] == "w1")
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("While a state machine is paused its items are taken and none is run; resumed, all run once")
    func pause() async throws {
        try await Stack.with { stack in
            let worker = try stack.worker()
            let paused = try await stack.post("", to: "/state-machines/\(Self.machine)/pause")
            #expect(paused.json.objectValue?["paused"] == .bool(true))
            for number in 0..<20 { try await Self.start(stack, "p-\(number)", at: "2026-01-01T00:00:00Z") }
            try await eventually("all are parked") {
                try await stack.count(\.due, "\(1 << 50)", "+inf") == 20
            }
            let view = try await stack.get("/items/p-0").json.objectValue
            #expect(view?["status"] == "WAITING")
            #expect(view?["paused"] == .bool(true))
            #expect(try await stack.get("/overview").json.objectValue?["paused"] == .integer(20))
            #expect(try await stack.closedCount() == 0)
            let listed = try await stack.get("/state-machines").json.objectValue?["stateMachines"]?.arrayValue
            #expect(listed?.first?.objectValue?["paused"] == .bool(true))
            #expect(try await stack.post("", to: "/state-machines/\(Self.machine)/resume").status == 200)
            try await eventually("all have run") { try await stack.closedCount() == 20 }
            #expect(try await stack.dueCount() == 0)
            #expect(try await stack.post("", to: "/state-machines/none/pause").status == 404)
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("Lists are filtered by status, due window and state machine, and go on from page to page")
    func list() async throws {
        try await Stack.with { stack in
            for day in 1...9 { try await Self.start(stack, "d-\(day)", at: "2036-05-0\(day)T00:00:00Z") }
            try await Self.start(stack, "done", at: "2026-01-01T00:00:00Z")
            func ids(_ query: String) async throws -> ([String], JSON?) {
                let answer = try await stack.get("/items?" + query).json.objectValue
                let items = answer?["items"]?.arrayValue ?? []
                return (items.compactMap { $0.objectValue?["Id"]?.stringValue }, answer?["nextToken"])
            }
            #expect(try await ids("").0 == (1...9).map { "d-\($0)" } + ["done"])
            #expect(try await ids("status=SUCCEEDED").0 == ["done"])
            #expect(try await ids("dueFrom=2036-05-03T00:00:00Z&dueTo=2036-05-05T00:00:00Z").0 == ["d-3", "d-4"])
            #expect(try await ids("stateMachine=other").0 == [])
            var seen: [String] = []
            var token: JSON?
            repeat {
                let next = token?.stringValue.map { "&nextToken=\($0)" } ?? ""
                let page = try await ids("status=WAITING&limit=4\(next)")
                seen += page.0
                token = page.1
            } while token != nil
            #expect(seen == (1...9).map { "d-\($0)" })
        }
    }

    @Test("By command it is the same, on Redis and on an ingest", arguments: [false, true])
    func commands(overHTTP: Bool) async throws {
        try await Stack.with { stack in
            try await Self.start(stack, "a")
            let environment = overHTTP ? ["WAITABLE_URL": stack.url] : stack.environment
            func run(_ arguments: String...) async throws -> (Int32, String) {
                let program = try Program(arguments, environment: environment)
                return (try await program.end(), program.output)
            }
            #expect(try await run("list").1.contains("a   waitable-stepfunction  WAITING  \(Self.far)"))
            let later = "2037-01-01T00:00:00.000Z"
            #expect(try await run("reschedule", "a", "--at", later).1.contains(later))
            let soon = try await run("reschedule", "a", "--at", "soon")
            #expect(soon.0 == 65)
            #expect(soon.1.hasPrefix("waitable: StartTimestamp: must be an ISO 8601 instant"))
            #expect(try await run("cancel", "a", "--error", "E").1.contains("ABORTED"))
            #expect(try await run("describe", "a").1.contains("RESCHEDULED"))
            #expect(try await run("run-now", "a").0 == 3)
            #expect(try await run("redrive", "a").1.contains("WAITING"))
            #expect(try await run("cancel", "none").0 == 2)
            #expect(try await run("pause", Self.machine).1.contains("paused"))
            #expect(try await run("state-machines", "--json").1.contains(#""paused":true"#))
            #expect(try await run("resume", Self.machine).0 == 0)
            #expect(try await run("pause", "none").0 == 2)
            let started = try await run("start", "--id", "b", "--at", Self.far)
            #expect(started == (0, "started b, due at \(Self.far)\n"))
        }
    }

    @Test(
        "What cannot be done is refused, and changes nothing",
        arguments: [
            ("/items/none/cancel", "", 404, "ItemNotFound"),
            ("/items/none/run-now", "", 404, "ItemNotFound"),
            ("/items/a/reschedule", "", 400, "InvalidField"),
            ("/items/a/reschedule", #"{"StartTimestamp":5}"#, 400, "InvalidField"),
            ("/items/a/cancel", #"{"error":5}"#, 400, "InvalidField"),
            ("/items/a/cancel", #"{"why":"x"}"#, 400, "InvalidField"),
            ("/items/a/run-now", "[]", 400, "InvalidField"),
            ("/items/a/cancel?stateMachine=x%3Ay", "", 400, "InvalidField"),
            ("/items/a/cancel?machine=x", "", 400, "InvalidField"),
            ("/items/a/redrive", "", 409, "ItemOpen"),
        ] as [(String, String, Int, String)]
    )
    func refusals(path: String, body: String, status: Int, code: String) async throws {
        try await Stack.with { stack in
            try await Self.start(stack, "a")
            let before = try await stack.get("/items/a").json
            let answer = try await stack.post(body, to: path)
            #expect(answer.status == UInt(status))
            #expect(answer.json.objectValue?["code"] == .string(code))
            #expect(try await stack.get("/items/a").json == before)
        }
    }
}
