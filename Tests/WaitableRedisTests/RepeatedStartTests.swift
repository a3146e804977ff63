import Logging
import RedisClient
import StatesLanguage
import Testing
import WaitableRedis

@testable import Waitable

@Suite("Starts of executions that exist", .redisServer, .timeLimit(.minutes(1)))
struct RepeatedStartTests {
    private static let instant = Instant(milliseconds: 1_795_407_521_000)
    private static let key = ExecutionKey(machine: "m", name: "x")

    /// Inputs that are all different, some of them in nothing but their beginning.
    private static let inputs = [
        #"{"Id":"x","StartTimestamp":"2026-11-23T04:18:41.000Z"}"#,
        #"{"Id":"x","StartTimestamp":"2026-11-23T04:18:41Z"}"#,
        #"{"Id":"x","StartTimestamp":"2026-11-23T04:18:40Z"}"#, #"{"Id":"y","StartTimestamp":"2026-11-23T04:18:41Z"}"#,
        #"{"Id":"x","StartTimestamp":"2026-99-99T99:99:99Z"}"#, #"{"input":1}"#, "1", "11", #"{"a":1,"input":1}"#, "{}",
    ]

    private enum Form: CaseIterable {
        case unbegun, waiting, succeeded, aborted
    }

    private func document(_ form: Form, _ input: String) -> [UInt8] {
        let revision = "0123456789abcdef"
        var execution = Execution(key: Self.key, revision: revision, startDate: Self.instant, input: input)
        let end = Self.instant.adding(milliseconds: 5_000)
        switch form {
        case .unbegun: break
        case .waiting, .aborted:
            execution.flow = Flow(PlainWait(state: "W", enteredAt: Self.instant, eventID: 2, until: end))
        case .succeeded:
            (execution.status, execution.stopDate, execution.output) = (.succeeded, end, input)
        }
        let document = ExecutionDocument.encode(execution, lease: nil)
        return form == .aborted ? Array(#"{"s":"A","ended":\#(end.milliseconds)}"#.utf8) + document : document
    }

    private func start(
        _ form: Form,
        _ input: String,
        _ key: ExecutionKey = RepeatedStartTests.key,
        due: Instant = Instant(milliseconds: 9_000_000_000_000)
    ) -> Transition {
        Transition(
            key: key,
            revision: "",
            next: .due(due),
            document: document(form, input),
            listing: .unchanged,
            effects: []
        )
    }

    @Test("it is told whether the input is the same, in whatever form both are", arguments: Form.allCases)
    private func inputs(stored: Form) async throws {
        let partition = try Partition()
        for (number, known) in Self.inputs.enumerated() {
            var command = RedisCommand("HSET", partition.prefix + ":executions", Self.key.member)
            command.append(document(stored, known))
            _ = try await partition.client.send(command)
            for form in [Form.unbegun, .waiting] {
                let starts = Self.inputs.map { start(form, $0) }
                let results = try await partition.store.start(starts)
                for (place, result) in results.enumerated() {
                    guard case .existing(let status, let date, let sameBytes) = result else {
                        Issue.record("\(result)")
                        continue
                    }
                    let expected: ExecutionStatus =
                        switch stored {
                        case .unbegun, .waiting: .running
                        case .succeeded: .succeeded
                        case .aborted: .aborted
                        }
                    #expect(status == expected && date == Self.instant)
                    #expect(
                        ExecutionDocument.isShared(Self.inputs[place], in: sameBytes) == (place == number),
                        "\(stored) \(known), \(form) \(Self.inputs[place])"
                    )
                }
            }
        }
    }

    @Test("documents that are read in one call are bounded in bytes: the other starts are for the next call")
    func bytes() async throws {
        let partition = try Partition()
        let store = partition.store
        let input = #"{"x":"\#(String(repeating: "x", count: 200_000))"}"#
        let keys = (0..<300).map { ExecutionKey(machine: "m", name: "k\($0)") }
        for first in stride(from: 0, to: keys.count, by: 50) {
            let results = try await store.start(keys[first..<first + 50].map { start(.unbegun, input, $0) })
            #expect(results.allSatisfy { $0 == .started })
        }
        let again = keys.map { start(.unbegun, "{}", $0) }
        let results = try await store.start(again)
        #expect(results.filter { $0 == .later }.count == 300 - 128)
        // One name is looked up once.
        let one = try await store.start(Array(repeating: again[0], count: 500) + [start(.unbegun, "{}", keys[1])])
        #expect(!one.contains(.later))

        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let coalescer = StartCoalescer(store: store, clock: RedisClock(store: store, logger: logger))
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await coalescer.run() }
            defer { group.cancelAll() }
            let answers = await coalescer.start(again)
            #expect(answers.count == 300)
            for answer in answers {
                guard case .success(.existing) = answer else {
                    Issue.record("\(answer)")
                    continue
                }
            }
        }
    }

    @Test("a claim reads no more than it gives out, and gives out the rest next")
    func claim() async throws {
        let partition = try Partition()
        let input = #"{"x":"\#(String(repeating: "x", count: 200_000))"}"#
        for first in stride(from: 0, to: 200, by: 50) {
            let starts = (first..<first + 50).map { number in
                let key = ExecutionKey(machine: "m", name: "k\(number)")
                return start(.unbegun, input, key, due: Instant(milliseconds: 1))
            }
            _ = try await partition.store.start(starts)
        }
        var claimed = Set<String>()
        for _ in 0..<3 {
            let claim = try await partition.claim(limit: 1_000)
            #expect(claim.members.allSatisfy { $0.document != nil })
            #expect(claim.members.count <= 83)
            claimed.formUnion(claim.names)
        }
        #expect(claimed.count == 200)
    }

    @Test("a document that cannot be read is said to be so")
    func unreadable() async throws {
        let partition = try Partition()
        for text in ["", "junk", "R0123456789", #"{"s":"R","d":"h"}"#, #"{"s":"R","d":"h","b":1,"input":{"a":"#] {
            try await partition.redis("HSET", "~:executions", Self.key.member, text)
            #expect(try await partition.store.start([start(.waiting, "{}")]) == [.unreadable], "\(text)")
            #expect(try await partition.document(Self.key.member) == text)
        }
    }
}
