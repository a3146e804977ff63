import Foundation
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import WaitableOperations
import WaitableRedis

@testable import Waitable

/// `waitable audit` on what a real stack has left, where each check is broken by itself.
@Suite("waitable audit", .serialized, .timeLimit(.minutes(5)))
struct AuditTests {
    /// One break, and the one code that it has to be found by.
    private struct Break: Sendable {
        var code: String
        var place: String
        var commands: [[String]]
        var cure: [[String]]
    }

    private static func waits(_ seconds: Int) -> String {
        #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":\#(seconds),"End":true}}}"#
    }

    private func audit(_ stack: Stack, within budget: ReplayBudget? = ReplayBudget()) async throws -> AuditReport {
        let partitions = stack.partitions
        var audit = Audit(
            stores: partitions.stores,
            servers: partitions.servers,
            itemTable: "items",
            budget: budget
        )
        return try await audit.run()
    }

    private func codes(_ report: AuditReport) -> [String: Int] { report.findings.counts.mapValues(\.total) }

    @discardableResult
    private func redis(_ stack: Stack, _ words: [String]) async throws -> RedisValue {
        var command = RedisCommand(name: words[0])
        for word in words.dropFirst() { command.append(word) }
        return try await stack.store(for: words).client.send(command)
    }

    /// The keys of the partition that an execution lies in.
    private func keys(_ stack: Stack, _ name: String) throws -> Keys {
        stack.store(of: try #require(ExecutionKey(member: name)).name).keys
    }

    /// An execution as one of another partition refers to it.
    private func place(_ stack: Stack, of name: String, from other: String) throws -> String {
        let (own, others) = try (keys(stack, name).partition, keys(stack, other).partition)
        return own == others ? name : "{\(own)}\(name)"
    }

    private func document(_ stack: Stack, _ name: String) async throws -> String {
        try #require(try await redis(stack, ["HGET", keys(stack, name).executions, name]).string)
    }

    /// A document as it would be after something was done to its execution.
    private func changed(
        _ stack: Stack,
        _ name: String,
        _ change: (inout Execution) -> Void
    ) async throws -> String {
        let key = try #require(ExecutionKey(member: name))
        var execution = try #require(try await stack.store(of: key.name).execution(key))
        change(&execution)
        return String(decoding: ExecutionDocument.encode(execution, lease: nil), as: UTF8.self)
    }

    /// A stack with executions of every kind: closed and waiting items, a parent that waits for a child, a child that closed.
    private func withFamily(_ body: @Sendable (Stack) async throws -> Void) async throws {
        try await Stack.with(workers: 1) { stack in
            try await stack.startItems(20, at: stack.now().adding(milliseconds: 300), prefix: "done")
            try await stack.startItems(5, at: stack.now().adding(milliseconds: 3_600_000), prefix: "later")
            let slow = try await stack.create("slow", Self.waits(3_600))
            let quick = try await stack.create("quick", Self.waits(0))
            for (parent, child) in [("parent", slow), ("brief", quick)] {
                let machine = try await stack.create(
                    parent,
                    #"{"StartAt":"T","States":{"T":{"Type":"Task","End":true,"#
                        + #""Resource":"arn:aws:states:::states:startExecution.sync:2","#
                        + #""Parameters":{"StateMachineArn":"\#(child)","Name":"\#(parent)-child"}}}}"#
                )
                let execution = try await stack.start(machine, name: parent)
                if parent == "brief" { _ = try await stack.closed(execution) }
            }
            try await eventually("all have run as far as they go") {
                let key = ExecutionKey(machine: "slow", name: "parent-child")
                let slow = try await stack.store(of: key.name).execution(key)
                return try await stack.closedCount() == 22 && slow?.flow?.waitEnd != nil
            }
            try await stack.settle()
            try await body(stack)
        }
    }

    @Test("finds nothing where all is right, counts it, and says how late the waits were")
    func clean() async throws {
        try await withFamily { stack in
            let report = try await audit(stack)
            #expect(report.isClean, "\(report.json.text)")
            #expect(report.executions == 29)
            #expect(report.closed == 22)
            #expect(report.replayed == 29)
            #expect(report.notReplayed == 0)
            #expect(report.lateness.count == 20)
            #expect(report.lateness.percentile(1) == report.lateness.longest)
        }
    }

    @Test("finds each break by its code, its execution, and nothing else")
    func breaks() async throws {
        try await withFamily { stack in
            for broken in try await breaks(of: stack) {
                for words in broken.commands { try await redis(stack, words) }
                let report = try await audit(stack)
                #expect(codes(report) == [broken.code: 1], "\(broken.code): \(report.json.text)")
                #expect(report.findings.kept.map(\.place) == [broken.place], "\(broken.code)")
                for words in broken.cure { try await redis(stack, words) }
                let cured = try await audit(stack)
                #expect(cured.isClean, "\(broken.code) is not cured: \(cured.json.text)")
            }
        }
    }

    @Test("what there is no work for is counted and not replayed; what was found is replayed again all the same")
    func tooLong() async throws {
        try await Stack.with(workers: 1) { stack in
            let heavy = try await stack.create(
                "heavy",
                #"{"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Pass","Output":"{% $sum([1..20000]) %}","#
                    + #""End":true}}}"#
            )
            let light = try await stack.create("light", Self.waits(0))
            for number in 1...3 {
                for machine in [heavy, light] {
                    _ = try await stack.closed(try await stack.start(machine, name: "x\(number)"))
                }
            }
            try await stack.settle()
            let all = try await audit(stack, within: nil)
            #expect(all.isClean && all.replayed == 6 && all.notReplayed == 0, "\(all.json.text)")
            let none = try await audit(stack, within: ReplayBudget(store: 0))
            #expect(none.isClean && none.executions == 6 && none.replayed == 3, "\(none.json.text)")
            #expect(none.notReplayed == 3 && none.tooLong == 3, "\(none.json.text)")
            // Enough for them all, so that what one needs is known; then for that one alone.
            let store = 10_000_000
            let plenty = ReplayBudget(store: store)
            let most = try await audit(stack, within: plenty)
            #expect(most.replayed == 6)
            let one = (store - plenty.left) / 3
            try #require(one > 2_000)
            for number in 1...3 {
                let name = "heavy:x\(number)"
                let changed = try await changed(stack, name) { $0.output = "1" }
                try await redis(stack, ["HSET", keys(stack, name).executions, name, changed])
            }
            let some = try await audit(stack, within: ReplayBudget(store: one + 1_000))
            #expect(codes(some)["journal-differs"] ?? 0 >= 1, "\(some.json.text)")
            #expect((codes(some)["journal-differs"] ?? 0) + some.tooLong == 3, "\(some.json.text)")
        }
    }

    private func breaks(of stack: Stack) async throws -> [Break] {
        let (done, later, child, parent, nobody) = (
            "waitable-stepfunction:done-1", "waitable-stepfunction:later-1", "slow:parent-child", "parent:parent",
            "quick:nobody"
        )
        let ofDone = try keys(stack, done)
        let ofLater = try keys(stack, later)
        let ofChild = try keys(stack, child)
        let ofParent = try keys(stack, parent)
        let ofNobody = try keys(stack, nobody)
        let documents = try await [
            done: document(stack, done), later: document(stack, later), child: document(stack, child),
        ]
        let due = try #require(try await redis(stack, ["ZSCORE", ofLater.due, later]).string)
        let closed = try #require(try await redis(stack, ["ZSCORE", ofDone.closed, done]).string)
        let key = ExecutionKey(machine: "slow", name: "parent-child")
        let start = try #require(try await stack.store(of: key.name).execution(key))
        let task = try #require(start.parent).task
        func restored(_ name: String) throws -> [String] {
            ["HSET", try keys(stack, name).executions, name, documents[name] ?? ""]
        }
        let early = try await changed(stack, later) { execution in
            execution.status = .succeeded
            execution.stopDate = execution.startDate
            execution.output = execution.input
            execution.flow = nil
        }
        let failed = try await changed(stack, done) { execution in
            execution.status = .failed
            execution.output = nil
            execution.failure = ExecutionFailure(error: "Forged", cause: nil)
        }
        let aborted = try await changed(stack, child) { execution in
            execution.status = .aborted
            execution.stopDate = execution.startDate
        }
        let incomplete = try await changed(stack, done) { execution in
            execution.journal = Journal(Array("[1,0]".utf8))
        }
        let childDue = try #require(try await redis(stack, ["ZSCORE", ofChild.due, child]).string)
        let item = ofDone.item(ItemKey(table: "items", id: "done-1"))
        let laterItem = ofLater.item(ItemKey(table: "items", id: "later-1"))
        return [
            Break(
                code: "open-not-due",
                place: later,
                commands: [["ZREM", ofLater.due, later]],
                cure: [["ZADD", ofLater.due, due, later]]
            ),
            Break(
                code: "closed-in-due",
                place: done,
                commands: [["ZADD", ofDone.due, due, done]],
                cure: [["ZREM", ofDone.due, done]]
            ),
            Break(
                code: "closed-not-listed",
                place: done,
                commands: [["ZREM", ofDone.closed, done]],
                cure: [["ZADD", ofDone.closed, closed, done]]
            ),
            Break(
                code: "open-in-closed",
                place: later,
                commands: [["ZADD", ofLater.closed, closed, later]],
                cure: [["ZREM", ofLater.closed, later]]
            ),
            Break(
                code: "listed-without-document",
                place: nobody,
                commands: [["ZADD", ofNobody.closed, closed, nobody]],
                cure: [["ZREM", ofNobody.closed, nobody]]
            ),
            Break(
                code: "document-unreadable",
                place: later,
                commands: [["HSET", ofLater.executions, later, "nonsense"]],
                cure: [try restored(later)]
            ),
            Break(
                code: "item-behind",
                place: done,
                commands: [["HSET", item, "ProcessStatus", "STARTED"]],
                cure: [["HSET", item, "ProcessStatus", "COMPLETED"]]
            ),
            Break(
                code: "closed-early",
                place: done,
                commands: [["ZADD", ofDone.closed, "\(try #require(Int64(closed)) - 3_600_000)", done]],
                cure: [["ZADD", ofDone.closed, closed, done]]
            ),
            Break(
                code: "wait-left-early",
                place: later,
                commands: [
                    ["HSET", ofLater.executions, later, early], ["ZREM", ofLater.due, later],
                    ["ZADD", ofLater.closed, closed, later], ["HSET", laterItem, "ProcessStatus", "COMPLETED"],
                ],
                cure: [
                    try restored(later), ["ZADD", ofLater.due, due, later], ["ZREM", ofLater.closed, later],
                    ["HSET", laterItem, "ProcessStatus", "STARTED"],
                ]
            ),
            Break(
                code: "journal-differs",
                place: done,
                commands: [["HSET", ofDone.executions, done, failed], ["ZADD", ofDone.failed, closed, done]],
                cure: [try restored(done), ["ZREM", ofDone.failed, done]]
            ),
            Break(
                code: "listed-as-failed",
                place: done,
                commands: [["ZADD", ofDone.failed, closed, done]],
                cure: [["ZREM", ofDone.failed, done]]
            ),
            Break(
                code: "listed-as-failed",
                place: nobody,
                commands: [["ZADD", ofNobody.failed, closed, nobody]],
                cure: [["ZREM", ofNobody.failed, nobody]]
            ),
            Break(
                code: "parent-unaware",
                place: child,
                commands: [["HDEL", ofParent.key(.children, named: parent), "\(task)"]],
                cure: [
                    [
                        "HSET", ofParent.key(.children, named: parent), "\(task)",
                        try place(stack, of: child, from: parent),
                    ]
                ]
            ),
            Break(
                code: "child-missing",
                place: parent,
                commands: [
                    ["HSET", ofParent.key(.children, named: parent), "77", try place(stack, of: later, from: parent)]
                ],
                cure: [["HDEL", ofParent.key(.children, named: parent), "77"]]
            ),
            Break(
                code: "end-not-told",
                place: child,
                commands: [
                    ["HSET", ofChild.executions, child, aborted], ["ZREM", ofChild.due, child],
                    ["ZADD", ofChild.closed, closed, child], ["ZADD", ofChild.failed, closed, child],
                ],
                cure: [
                    try restored(child), ["ZADD", ofChild.due, childDue, child], ["ZREM", ofChild.closed, child],
                    ["ZREM", ofChild.failed, child],
                ]
            ),
            Break(
                code: "children-without-parent",
                place: done,
                commands: [
                    ["HSET", ofDone.key(.children, named: done), "7", try place(stack, of: later, from: done)]
                ],
                cure: [["DEL", ofDone.key(.children, named: done)]]
            ),
            Break(
                code: "journal-incomplete",
                place: done,
                commands: [["HSET", ofDone.executions, done, incomplete]],
                cure: [try restored(done)]
            ),
            Break(
                code: "revision-missing",
                place: child,
                commands: [["RENAME", ofChild.revision(start.revision), "aside"]],
                cure: [["RENAME", "aside", ofChild.revision(start.revision)]]
            ),
            Break(
                code: "inbox-without-execution",
                place: done,
                commands: [["HSET", ofDone.key(.inbox, named: done), "7", "{}"]],
                cure: [["DEL", ofDone.key(.inbox, named: done)]]
            ),
            Break(
                code: "answer-unread",
                place: later,
                commands: [["HSET", ofLater.key(.inbox, named: later), "7", #"{"output":1}"#]],
                cure: [["DEL", ofLater.key(.inbox, named: later)]]
            ),
            Break(
                code: "redelivered-not-due",
                place: done,
                commands: [["HSET", ofDone.redelivered, done, "1"]],
                cure: [["HDEL", ofDone.redelivered, done]]
            ),
            Break(
                code: "history-without-execution",
                place: nobody,
                commands: [["RPUSH", ofNobody.key(.history, named: nobody), "[]"]],
                cure: [["DEL", ofNobody.key(.history, named: nobody)]]
            ),
            Break(
                code: "stopping-forgotten",
                place: "",
                commands: [["RPUSH", ofDone.stopping, done]],
                cure: [["DEL", ofDone.stopping]]
            ),
        ]
    }

    @Test("holds what clients were told against what is there, whatever form the answers have")
    func accepted() async throws {
        try await Stack.with(workers: 1) { stack in
            let body = #"{"Id":"a","StartTimestamp":"2036-12-24T18:00:00Z"}"#
            let single = try await stack.post(body).json
            let batch = try await stack.post(
                #"{"Id":"b","StartTimestamp":"2036-12-24T18:00:00Z"}"#,
                to: "/items",
                headers: [("Content-Type", "application/x-ndjson")]
            ).json
            let machine = try await stack.create("slow", Self.waits(3_600))
            let execution = try await stack.call(
                "StartExecution",
                ["stateMachineArn": .string(machine), "name": "c", "input": #"{"a":1}"#]
            ).json
            let byHand = try await redis(
                stack,
                [
                    "FCALL", "waitable_start", "1", stack.store(of: "d").keys.prefix,
                    #"{"Id":"d","StartTimestamp":"2036-12-24T18:00:00Z"}"#,
                ]
            )
            var withInput = try #require(execution.objectValue)
            withInput["input"] = #"{"a":1}"#
            let told = [single.text, batch.text, JSON.object(withInput).text, try #require(byHand.string), ""]
            let refused = #"{"line":1,"status":400,"code":"InvalidField","message":"","Id":"z"}"#
            try await check(stack, told + [refused], 0, ["accepted": 4])
            var lied = withInput
            lied["input"] = #"{"a":2}"#
            try await check(stack, [JSON.object(lied).text], 1, ["accepted-other-input": 1])
            var moved = try #require(single.objectValue)
            moved["startDate"] = .double(1.5)
            try await check(stack, [JSON.object(moved).text], 1, ["accepted-other-instant": 1])
            let unknown = single.text.replacing(":a\"", with: ":lost\"")
            try await check(stack, [unknown], 1, ["accepted-unknown": 1])
            try await check(stack, ["{", #"{"a":1}"#], 1, ["accepted-unreadable": 2])
            // What no instant is given for is not compared.
            for instant: JSON in [.integer(.max), .integer(.min), .double(1e300)] {
                moved["startDate"] = instant
                try await check(stack, [JSON.object(moved).text], 0, ["accepted": 1])
            }
        }
    }

    /// Runs the command on a file of answers.
    private func check(_ stack: Stack, _ lines: [String], _ code: Int32, _ expected: [String: Int64]) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "answers-\(UUID().uuidString).ndjson")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let program = try Program(["audit", "--json", "--accepted", file.path], environment: stack.environment)
        #expect(try await program.end() == code)
        let report = try #require(try JSON(parsing: program.output).objectValue)
        if expected["accepted"] == nil {
            let codes = report["countsByCode"]?.objectValue
            #expect(codes?.count == expected.count, "\(program.output)")
            for (code, count) in expected { #expect(codes?[code] == .integer(count), "\(program.output)") }
        } else {
            #expect(report["accepted"] == expected["accepted"].map(JSON.integer), "\(program.output)")
        }
    }
}
