import Logging
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

@Suite("StartCoalescer", .redisServer, .timeLimit(.minutes(1)))
struct StartCoalescerTests {
    /// A start that takes an instant for passed.
    private func start(_ name: String, passed: Int64? = nil) -> Transition {
        Transition(
            key: ExecutionKey(machine: "m", name: name),
            revision: "",
            next: .due(Instant(milliseconds: 9_000_000_000_000)),
            document: Array(#"{"s":"R","d":"h","b":1,"input":{}}"#.utf8),
            listing: .unbegun,
            effects: [],
            passed: passed.map(Instant.init(milliseconds:))
        )
    }

    private func withCoalescer(_ body: (StartCoalescer, Partition) async throws -> Void) async throws {
        let partition = try Partition()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let clock = RedisClock(store: partition.store, logger: logger)
        let coalescer = StartCoalescer(store: partition.store, clock: clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await coalescer.run() }
            defer { group.cancelAll() }
            try await body(coalescer, partition)
        }
    }

    /// What became of starts, in words.
    private func words(_ answers: [StartCoalescer.Answer]) -> [String] {
        answers.map { answer in
            switch answer {
            case .success(.failed(let reason)): reason.prefix { $0 != " " } + ""
            case .success(let result): "\(result)"
            case .failure(.clockChanged): "clockChanged"
            case .failure(let error): "\(error)"
            }
        }
    }

    // No call may take an instant beyond all integers for passed, and none is made whose instant has not passed.
    private static let never = Int64.max
    private static let later: Int64 = 9_000_000_000_000

    @Test("Where a call is made in halves, what one comes to is told to those that are in it alone")
    func halves() async throws {
        try await withCoalescer { coalescer, partition in
            let first = await coalescer.start([
                start("a"), start("b", passed: Self.later), start("c", passed: Self.never),
            ])
            #expect(words(first) == ["started", "clockChanged", "VALIDATION"])
            let due = try await partition.due()
            #expect(due == ["m:a", "9000000000000"])
            let second = await coalescer.start([
                start("d", passed: Self.never), start("e", passed: Self.later), start("f"), start("g"),
            ])
            #expect(words(second) == ["VALIDATION", "clockChanged", "started", "started"])
            let third = await coalescer.start([start("h", passed: Self.later), start("i")])
            #expect(words(third) == ["clockChanged", "clockChanged"])
        }
    }

    @Test("Callers whose starts go by one call each get what became of theirs")
    func callers() async throws {
        try await withCoalescer { coalescer, _ in
            let answers = await withTaskGroup(of: (Int, [StartCoalescer.Answer]).self) { group in
                for number in 0..<60 {
                    let passed = [nil, nil, Self.never][number % 3]
                    group.addTask { (number, await coalescer.start([start("x-\(number)", passed: passed)])) }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for number in 0..<60 {
                let expected = number % 3 == 2 ? "VALIDATION" : "started"
                #expect(words(answers[number] ?? []) == [expected], "\(number)")
            }
        }
    }
}
