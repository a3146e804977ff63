import Foundation
import RedisTestServer
import StatesLanguage
import Synchronization
import Testing
import WaitableRedis

/// Patterns found in practice, in both query languages. Their worker is killed in each of their states: in JSONPath once when an
/// execution has just entered it, and once when a call that it makes was answered and nobody has been told; in JSONata before each
/// step is committed.
@Suite("Patterns found in practice", .timeLimit(.minutes(5)))
struct PatternTests {
    /// When a worker is killed.
    private enum Moment: Hashable { case entered, answered, leaving }

    private struct Kill: Hashable {
        let state: String
        let moment: Moment
    }

    /// How often something was asked.
    private final class Times: Sendable {
        private let counts = Mutex<[String: Int]>([:])

        func next(of question: String) -> Int {
            counts.withLock { counts in
                counts[question, default: 0] += 1
                return counts[question] ?? 0
            }
        }
    }

    /// What the histories of executions tell of their states.
    private struct Places {
        var entered: Set<String> = []
        /// How many are in each state.
        var open: [String: Int] = [:]

        /// The states in which a worker can be killed now.
        func states(at moment: Moment) -> Set<String> {
            moment == .entered ? entered : Set(open.filter { $0.value > 0 }.keys)
        }
    }

    /// How many stacks there are at once: most of their time they wait for a lease of a killed worker to end.
    private static let atOnce = 6

    @Test("Each deploys, runs, and survives a SIGKILL of its worker in each state")
    func killed() async throws {
        let runs = Pattern.all.flatMap { pattern in Pattern.Language.allCases.map { (pattern, $0) } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, (pattern, language)) in runs.enumerated() {
                if number >= Self.atOnce { try await group.next() }
                group.addTask { try await run(pattern, language) }
            }
            try await group.waitForAll()
        }
    }

    /// When the workers of a pattern in a language are killed: both at all moments would take twice the time.
    private static func moments(in language: Pattern.Language) -> Set<Moment> {
        language == .jsonPath ? [.entered, .answered] : [.leaving]
    }

    private func run(_ pattern: Pattern, _ language: Pattern.Language) async throws {
        let name = "\(pattern.name)\(language.rawValue)"
        let folder = try Folder()
        let definition = try pattern.definition(in: language)
        let tables = pattern.tables.isEmpty ? [:] : ["WAITABLE_TABLES": pattern.tables]
        try await Stack.with(environment: tables, isCluster: false) { stack in
            let server = try await functions(of: pattern, stack)
            try await pattern.prepare(stack, folder)
            let machine = try await stack.create("pattern", definition)
            let environment = [
                "WAITABLE_FUNCTIONS": "*=http://127.0.0.1:\(server.port)/{name}",
                "WAITABLE_BUCKETS": "*=file:\(folder.url.path)", "WAITABLE_LEASE_MS": "3000",
            ]
            var executions: [String] = []
            var kills: Set<Kill> = []
            for (input, _) in pattern.executions {
                let soon = try await stack.now().adding(milliseconds: 2_000).iso8601
                let execution = try await stack.start(machine, input.replacing("NOW", with: soon))
                executions.append(execution)
                let known = kills
                kills = try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await approve(stack) }
                    defer { group.cancelAll() }
                    return try await kill(environment, stack, execution, at: Self.moments(in: language), besides: known)
                }
            }

            for (execution, (_, end)) in zip(executions, pattern.executions) {
                let closed = try await stack.closed(execution)
                switch end {
                case .output(let output):
                    let text = try #require(closed["output"]?.stringValue, "\(name): \(closed)")
                    #expect(try JSON(parsing: text) == output, "\(name): \(text)")
                case .error(let error): #expect(closed["error"] == .string(error), "\(name): \(closed)")
                }
            }
            let states = Pattern.states(of: try JSON(parsing: definition))
            let killed = Set(kills.filter { $0.moment != .answered }.map(\.state))
            // Those at the end of a branch are not left.
            let all = language == .jsonPath ? states : states.intersection(killed)
            #expect(killed == all && !killed.isEmpty, "\(name): a worker was killed in \(killed.sorted())")

            // An attempt is made once at the most, and its key is nobody else's.
            let calls = server.calls
            #expect(Set(calls.map(\.key)).count == calls.count, "\(name)")
            #expect(calls.allSatisfy { call in executions.contains { call.key?.hasPrefix($0 + ":") == true } })
            try await pattern.check(stack, folder)

            // What the last worker has sent to other partitions is delivered by the next one.
            let worker = try stack.worker(environment)
            try await stack.settle()
            worker.signal(SIGKILL)
            #expect(try await worker.end() == SIGKILL)
            let audit = try Program(["audit"], environment: stack.environment)
            #expect(try await audit.end() == 0, "\(name): \(audit.output)")
        }
    }

    /// Runs one worker after the other until an execution has closed. Each is killed as soon as it can be killed in a state at a moment
    /// as none was before it.
    ///
    /// - Returns: All such moments, with those that were known.
    private func kill(
        _ environment: [String: String],
        _ stack: Stack,
        _ execution: String,
        at moments: Set<Moment>,
        besides known: Set<Kill>
    ) async throws -> Set<Kill> {
        let gate = try await CommandGate(to: stack.redis.port, at: ["waitable_commit", "waitable_answer"])
        let environment = environment.merging(["WAITABLE_REDIS_URL": "redis://127.0.0.1:\(gate.port)"]) { $1 }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try await stack.closed(execution)
                gate.finish()
            }
            var kills = known
            var number = gate.begin()
            var worker = try stack.worker(environment)
            for await pause in gate.pauses where pause.worker == number {
                let isAnswer = pause.word == "waitable_answer"
                if isAnswer && !pause.isBefore {
                    pause.proceed()
                    continue
                }
                let moment: Moment = isAnswer ? .answered : pause.isBefore ? .leaving : .entered
                let found =
                    moments.contains(moment) ? try await places(stack, [execution]).states(at: moment) : []
                let new = Set(found.map { Kill(state: $0, moment: moment) }).subtracting(kills)
                guard !new.isEmpty else {
                    pause.proceed()
                    continue
                }
                kills.formUnion(new)
                worker.signal(SIGKILL)
                #expect(try await worker.end() == SIGKILL)
                number = gate.begin()
                worker = try stack.worker(environment)
            }
            worker.signal(SIGKILL)
            _ = try await worker.end()
            try await group.waitForAll()
            return kills
        }
    }

    /// Where executions, and those of their map runs, are and were.
    private func places(_ stack: Stack, _ executions: [String]) async throws -> Places {
        var places = Places()
        var rest = executions
        while let execution = rest.popLast() {
            let history = try await stack.call("GetExecutionHistory", ["executionArn": .string(execution)]).json
            for event in history.objectValue?["events"]?.arrayValue?.compactMap(\.objectValue) ?? [] {
                let type = event["type"]?.stringValue ?? ""
                if type == "MapRunStarted", let run = event["mapRunStartedEventDetails"]?.objectValue?["mapRunArn"] {
                    let list = try await stack.call("ListExecutions", ["mapRunArn": run]).json
                    rest += (list.objectValue?["executions"]?.arrayValue ?? []).compactMap {
                        $0.objectValue?["executionArn"]?.stringValue
                    }
                }
                if let name = event["stateEnteredEventDetails"]?.objectValue?["name"]?.stringValue {
                    places.entered.insert(name)
                    places.open[name, default: 0] += 1
                } else if let name = event["stateExitedEventDetails"]?.objectValue?["name"]?.stringValue {
                    places.open[name, default: 0] -= 1
                }
            }
        }
        return places
    }

    /// A server of a pattern's functions. What `work` is handed is answered by its token.
    private func functions(of pattern: Pattern, _ stack: Stack) async throws -> FunctionServer {
        let times = Times()
        return try await FunctionServer { call in
            let body = (try? JSON(parsing: call.body))?.objectValue ?? [:]
            let name = String(call.path.dropFirst())
            if name == "work", let token = body["token"], let part = body["part"]?.integerValue {
                Task {
                    let output = #"{"square":\#(part * part)}"#
                    _ = try await stack.call("SendTaskSuccess", ["taskToken": token, "output": .string(output)])
                }
            }
            return pattern.function(name, body, times.next(of: call.path + call.body))
        }
    }

    /// Answers whoever asks for an approval.
    private func approve(_ stack: Stack) async throws {
        var answered = 0
        while !Task.isCancelled {
            for entry in try await stack.entries("approvals").dropFirst(answered) {
                let asked = try #require(try JSON(parsing: entry).objectValue)
                let output = #"{"approved":\#(asked["request"] == "yes")}"#
                let token = try #require(asked["token"])
                // One that was answered for an execution before is refused.
                _ = try await stack.call("SendTaskSuccess", ["taskToken": token, "output": .string(output)])
                answered += 1
            }
            // Only a pace.
            try? await Task.sleep(for: .milliseconds(50))
        }
    }
}
