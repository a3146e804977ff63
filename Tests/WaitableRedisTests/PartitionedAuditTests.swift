import Foundation
import RedisClient
import StatesLanguage
import Testing

@testable import Waitable
@testable import WaitableOperations
@testable import WaitableRedis

/// `waitable audit` between two partitions, where each check is broken by itself.
@Suite("Auditing several partitions", .redisServer, .timeLimit(.minutes(1)))
struct PartitionedAuditTests {
    /// A break, and the one code that it has to be found by.
    private struct Break {
        var code: String
        var place: String
        var commands: [[String]]
        var cure: [[String]]
    }

    /// What workers have left: two parents in partition 0, each of which waits for a child in partition 1. One child waits; the
    /// other one has ended, which its parent was told and has not read.
    private struct Families {
        let partitions: Partitions
        let open: Names
        let ended: Names

        struct Names {
            var parent: ExecutionKey
            var child: ExecutionKey
        }

        @discardableResult
        func redis(_ words: [String]) async throws -> RedisValue {
            var command = RedisCommand(name: words[0])
            for word in words.dropFirst() { command.append(word) }
            return try await partitions.home.client.send(command)
        }

        func string(_ words: String...) async throws -> String {
            try #require(try await redis(words).string, "\(words)")
        }

        func audit() async throws -> AuditReport {
            var audit = Audit(
                stores: partitions.stores,
                servers: partitions.servers,
                itemTable: "items",
                passing: .milliseconds(5)
            )
            return try await audit.run()
        }
    }

    private static let parent =
        #"{"StartAt":"T","States":{"T":{"Type":"Task","End":true,"#
        + #""Resource":"arn:aws:states:::states:startExecution.sync:2","Parameters":{"Name.$":"$.child","#
        + #""StateMachineArn":"arn:aws:states:us-east-1:000000000000:stateMachine:slow"}}}}"#
    private static let slow = #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}"#

    /// Two names of a kind in a partition.
    private static func names(_ kind: String, in partition: Int, of partitions: Partitions) -> [String] {
        let all = (0..<100).map { "\(kind)-\($0)" }
        return Array(all.filter { partitions.partitioning.partition(of: $0) == partition }.prefix(2))
    }

    private func families() async throws -> Families {
        let families = try await PartitionedNamespace.with(partitions: 2) { namespace in
            try await namespace.deploy("parent", Self.parent)
            try await namespace.deploy("slow", Self.slow)
            let parents = Self.names("parent", in: 0, of: namespace.partitions)
            let children = Self.names("child", in: 1, of: namespace.partitions)
            let executions = zip(parents, children).map { (name: $0, input: #"{"child":"\#($1)"}"#) }
            try await namespace.start("parent", executions)
            for child in children {
                _ = try await namespace.execution("slow", child) { $0.flow?.waitEnd != nil }
            }
            for parent in parents { _ = try await namespace.execution("parent", parent) { $0.awaitsAnswers } }
            try await namespace.settle()
            let names = zip(parents, children).map {
                Families.Names(
                    parent: ExecutionKey(machine: "parent", name: $0),
                    child: ExecutionKey(machine: "slow", name: $1)
                )
            }
            return Families(partitions: namespace.partitions, open: names[0], ended: names[1])
        }
        let (home, other) = (families.partitions.stores[0], families.partitions.stores[1])
        try await families.redis(["FCALL", "waitable_stop", "1", other.keys.prefix, families.ended.child.member, ""])
        let messages = try await other.messages(to: 0, after: 0)
        let receipt = try await home.deliver(messages, from: 1)
        #expect(try await other.messages(to: 0, after: receipt.number).isEmpty)
        return families
    }

    @Test("finds nothing where all is right")
    func clean() async throws {
        let families = try await families()
        let report = try await families.audit()
        #expect(report.isClean, "\(report.json.text)")
        #expect(report.executions == 4)
        #expect(report.closed == 1)
    }

    @Test("says nothing of a family while a message is under way")
    func underWay() async throws {
        let families = try await families()
        let other = families.partitions.stores[1]
        try await families.redis(["FCALL", "waitable_stop", "1", other.keys.prefix, families.open.child.member, ""])
        #expect(try await families.redis(["EXISTS", other.keys.outbox(0)]) == .integer(1))
        let report = try await families.audit()
        #expect(report.isClean, "\(report.json.text)")
    }

    @Test("finds each break by its code, its place, and nothing else")
    func breaks() async throws {
        let families = try await families()
        for broken in try await familyBreaks(of: families) + channelBreaks(of: families) {
            for words in broken.commands { try await families.redis(words) }
            let report = try await families.audit()
            #expect(
                report.findings.counts.mapValues(\.total) == [broken.code: 1],
                "\(broken.code): \(report.json.text)"
            )
            #expect(report.findings.kept.map(\.place) == [broken.place], "\(broken.code)")
            for words in broken.cure { try await families.redis(words) }
            let cured = try await families.audit()
            #expect(cured.isClean, "\(broken.code) is not cured: \(cured.json.text)")
        }
    }

    private func familyBreaks(of families: Families) async throws -> [Break] {
        let (home, other) = (families.partitions.stores[0].keys, families.partitions.stores[1].keys)
        let (parent, child) = (families.open.parent.member, families.open.child.member)
        let (told, ended) = (families.ended.parent.member, families.ended.child.member)
        let children = home.key(.children, named: parent)
        let inbox = home.key(.inbox, named: told)
        var execution = try #require(try await families.partitions.stores[1].execution(families.open.child))
        let task = try "\(#require(execution.parent).task)"
        let document = try await families.string("HGET", other.executions, child)
        let due = try await families.string("ZSCORE", other.due, child)
        execution.status = .aborted
        execution.stopDate = execution.startDate
        let aborted = String(decoding: ExecutionDocument.encode(execution, lease: nil), as: UTF8.self)
        let answer = try await families.redis(["HGETALL", inbox]).array?.compactMap(\.string) ?? []
        #expect(answer.count == 2)
        return [
            Break(
                code: "parent-unaware",
                place: child,
                commands: [["HDEL", children, task]],
                cure: [["HSET", children, task, "{1}\(child)"]]
            ),
            Break(
                code: "end-not-told",
                place: child,
                commands: [
                    ["HSET", other.executions, child, aborted], ["ZREM", other.due, child],
                    ["ZADD", other.closed, "\(execution.startDate.milliseconds)", child],
                    ["ZADD", other.failed, "\(execution.startDate.milliseconds)", child],
                ],
                cure: [
                    ["HSET", other.executions, child, document], ["ZADD", other.due, due, child],
                    ["ZREM", other.closed, child], ["ZREM", other.failed, child],
                ]
            ),
            Break(
                code: "child-missing",
                place: parent,
                commands: [["HSET", children, "77", "{1}\(ended)"]],
                cure: [["HDEL", children, "77"]]
            ),
            Break(
                code: "end-lost",
                place: told,
                commands: [["DEL", inbox]],
                cure: [["HSET", inbox] + answer]
            ),
            Break(
                code: "unread-forgotten",
                place: child,
                commands: [["HSET", other.unread, child, "77:{0}\(parent)"]],
                cure: [["HDEL", other.unread, child]]
            ),
        ]
    }

    private func channelBreaks(of families: Families) async throws -> [Break] {
        let (home, other) = (families.partitions.stores[0].keys, families.partitions.stores[1].keys)
        let outbox = home.outbox(1)
        let sent = try await families.string("HGET", home.sent, "1")
        let had = try await families.string("HGET", other.received, "0")
        #expect(sent == had)
        let now = try await families.partitions.home.time()
        let old = now - 60_000_000
        let worker = ["ZADD", home.workers, "9000000000000", "w"]
        func message(_ number: Int64, after previous: String) -> [String] {
            let text =
                "return redis.call('RPUSH', KEYS[1], cmsgpack.pack({'1', ARGV[1], ARGV[2], 'read', 'x', 'y', '1'}))"
            return ["EVAL", text, "1", outbox, "\(number)", previous]
        }
        let noted = ["HSET", home.paused, Keys.outboxField(1), "1"]
        let cure = [
            ["DEL", outbox, home.paused], ["HSET", home.sent, "1", sent], ["HSET", other.received, "0", had],
            ["DEL", home.workers],
        ]
        func broken(_ code: String, _ commands: [[String]]) -> Break {
            Break(code: code, place: outbox, commands: commands, cure: cure)
        }
        return [
            broken("message-lost", [["HSET", home.sent, "1", "\(now)"]]),
            broken("message-lost", [message(now, after: "\(now - 1)"), noted, ["HSET", home.sent, "1", "\(now)"]]),
            broken(
                "message-lost",
                [
                    message(now, after: had), message(now + 2, after: "\(now + 1)"), noted,
                    ["HSET", home.sent, "1", "\(now + 2)"],
                ]
            ),
            broken("outbox-forgotten", [message(now, after: had), ["HSET", home.sent, "1", "\(now)"]]),
            broken("message-unreadable", [["RPUSH", outbox, "nonsense"], noted]),
            broken("message-kept", [message(old, after: "0"), noted, worker]),
            broken(
                "message-waiting",
                [
                    ["HSET", other.received, "0", "1"], ["HSET", home.sent, "1", "\(old)"], message(old, after: "1"),
                    noted, worker,
                ]
            ),
        ]
    }

    @Test("docs/audit.md names every code")
    func documented() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/audit.md")
        let text = try String(contentsOf: folder.standardized, encoding: .utf8)
        for code in AuditProblem.allCases.map(\.rawValue) + DataProblem.allCases.map(\.rawValue) {
            #expect(text.contains("`\(code)`"), "\(code)")
        }
    }

    @Test("a message that waits is no fault while there is no worker")
    func withoutWorkers() async throws {
        let families = try await families()
        let waiting = try #require(try await channelBreaks(of: families).last { $0.code == "message-waiting" })
        try await families.redis(["DEL", families.partitions.home.keys.workers])
        for words in waiting.commands.dropLast() { try await families.redis(words) }
        let report = try await families.audit()
        #expect(report.isClean, "\(report.json.text)")
    }
}
