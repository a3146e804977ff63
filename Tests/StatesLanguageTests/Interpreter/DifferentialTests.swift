import Foundation
import Testing

@testable import StatesLanguage

/// The interpreter against a second one, which shares nothing with it, on machines made at random.
///
/// `WAITABLE_DIFFERENTIAL_MACHINES` sets how many there are for each seed, for a longer run.
@Suite("Two interpreters", .timeLimit(.minutes(60)))
struct DifferentialTests {
    private struct Tasks: TaskHandler {
        mutating func begin(_ task: TaskRequest) -> TaskDisposition {
            switch DifferentialMachine.task(task.resource, task.parameters, task.attempt) {
            case .success(let output): .succeeded(output: output)
            case .failure(let failure): .failed(error: failure.error, cause: "why")
            case nil: .waiting(.token)
            }
        }

        mutating func begin(_ item: MapItemRequest) -> Bool { true }

        mutating func begin(_ transfer: MapTransfer) {}

        func token(ofTask id: Int) -> String { "token" }
    }

    /// The same end: its instant, and its output or its error.
    private struct Outcome: Equatable {
        var at: Int64
        var output: JSON?
        var error: String?
    }

    private static let machines =
        ProcessInfo.processInfo.environment["WAITABLE_DIFFERENTIAL_MACHINES"].flatMap { Int($0) } ?? 600

    @Test("come to the same end at the same instant", arguments: [(1, 0), (2, 1), (3, 2)] as [(UInt64, Int)])
    func same(seed: UInt64, depth: Int) throws {
        var random = SeededRandom(seed: seed)
        var counts = (succeeded: 0, failed: 0, late: 0, ambiguous: 0)
        for number in 0..<Self.machines {
            let machine = DifferentialMachine(using: &random, depth: depth)
            var reference = ReferenceInterpreter(
                input: try JSON(parsing: DifferentialMachine.input),
                start: Run.start.milliseconds,
                task: DifferentialMachine.task
            )
            let expected = Self.outcome(of: reference.run(machine.definition))
            if reference.isAmbiguous {
                counts.ambiguous += 1
                continue
            }
            let found = try Self.outcome(of: machine)
            guard found == expected else {
                Issue.record("seed \(seed), machine \(number): \(found), and not \(expected): \(machine.text)")
                return
            }
            if found.error == nil { counts.succeeded += 1 } else { counts.failed += 1 }
            if found.at > Run.start.milliseconds { counts.late += 1 }
        }
        #expect(counts.succeeded > Self.machines / 5, "\(counts)")
        #expect(counts.failed > Self.machines / 10, "\(counts)")
        #expect(counts.late > Self.machines / 3, "\(counts)")
        #expect(counts.ambiguous < Self.machines / 10, "\(counts)")
    }

    private static func outcome(of end: ReferenceInterpreter.End<JSON>) -> Outcome {
        switch end.result {
        case .success(let output): Outcome(at: end.at, output: withoutCauses(output))
        case .failure(let failure): Outcome(at: end.at, error: failure.error)
        }
    }

    private static func outcome(of machine: DifferentialMachine) throws -> Outcome {
        let interpreter = Interpreter(
            machine: try StateMachine(definition: machine.text, resources: TestCatalog()),
            context: try Run.context(input: DifferentialMachine.input)
        )
        var tasks = Tasks()
        var now = Run.start
        var outcome = interpreter.start(at: now, tasks: &tasks).outcome
        while case .running(let flow) = outcome {
            now = try max(now, #require(flow.wakeUp, "nothing moves it on: \(machine.text)"))
            outcome = interpreter.advance(flow, by: [], at: now, tasks: &tasks).outcome
        }
        switch outcome {
        case .succeeded(let output):
            return Outcome(at: now.milliseconds, output: withoutCauses(try JSON(parsing: output)))
        case .failed(_, let error, _): return Outcome(at: now.milliseconds, error: error)
        case .timedOut, .running: return Outcome(at: now.milliseconds, error: "timed out")
        }
    }

    /// The reference makes no causes.
    private static func withoutCauses(_ json: JSON) -> JSON {
        switch json {
        case .array(let elements): return .array(elements.map(withoutCauses))
        case .object(let members):
            var object = JSONObject()
            for (name, value) in members where name != "Cause" { object[name] = withoutCauses(value) }
            return .object(object)
        default: return json
        }
    }
}
