import CoreMetrics
import PrometheusMetrics
import StatesLanguage
import Testing

@testable import Waitable
@testable import WaitableMetrics

@Suite("How executions ended", .timeLimit(.minutes(1)))
struct OutcomeMetricsTests {
    private let registry = PrometheusRegistry.waitable()

    /// A step after which an execution has a status.
    private func step(_ status: ExecutionStatus, error: String? = nil, isClosed: Bool = true, retries: Int = 0) -> Step
    {
        var execution = Execution(
            key: ExecutionKey(machine: "m", name: "x"),
            revision: "0",
            startDate: Instant(milliseconds: 0),
            input: "{}"
        )
        execution.status = status
        execution.failure = error.map { ExecutionFailure(error: $0, cause: nil) }
        let next = isClosed ? Transition.Next.closed : .leased
        return Step(execution: execution, next: next, journal: nil, effects: [], retries: retries)
    }

    /// The samples of a metric that are not zero.
    private func samples(_ name: String) -> [String] {
        registry.text().split(separator: "\n").map(String.init).filter { $0.hasPrefix(name) && !$0.hasSuffix(" 0") }
    }

    @Test("Each end is counted by its status, each failure by its error too; a step that goes on is not")
    func ends() {
        withMetricsFactory(registry) {
            let outcomes = OutcomeMetrics()
            // The first failure of a usual kind is a step up from zero, which a rate sees.
            #expect(registry.text().contains(#"waitable_failures_total{error="States.Timeout"} 0"#))
            outcomes.committed(step(.succeeded))
            outcomes.committed(step(.succeeded))
            outcomes.committed(step(.failed, error: "Order.Rejected"))
            outcomes.committed(step(.failed))
            outcomes.committed(step(.timedOut))
            outcomes.committed(step(.aborted))
            outcomes.committed(step(.running, isClosed: false, retries: 2))
            outcomes.committed(step(.failed, error: "Not.Closed.Yet", isClosed: false))
        }
        #expect(
            samples("waitable_closed_total") == [
                #"waitable_closed_total{status="FAILED"} 2"#, #"waitable_closed_total{status="SUCCEEDED"} 2"#,
                #"waitable_closed_total{status="TIMED_OUT"} 1"#,
            ]
        )
        #expect(
            samples("waitable_failures_total") == [
                #"waitable_failures_total{error="Order.Rejected"} 1"#,
                #"waitable_failures_total{error="States.Timeout"} 1"#, #"waitable_failures_total{error="none"} 1"#,
            ]
        )
        #expect(samples("waitable_retries_total") == ["waitable_retries_total 2"])
    }

    @Test("However many names errors have, there are forty at most, and none is lost")
    func bound() {
        withMetricsFactory(registry) {
            let outcomes = OutcomeMetrics()
            for number in 0..<1_000 { outcomes.committed(step(.failed, error: "Error.\(number)")) }
        }
        let failures = samples("waitable_failures_total")
        let named = failures.filter { $0.contains("Error.") }
        #expect(named.count == 35)
        #expect(named.allSatisfy { $0.hasSuffix(" 1") })
        #expect(failures.filter { !$0.contains("Error.") } == [#"waitable_failures_total{error="other"} 965"#])
    }

    @Test(
        "A label is the error's name where it is one",
        arguments: [
            ("States.TaskFailed", "States.TaskFailed"), ("a-b_c:D.9", "a-b_c:D.9"), ("", "none"), (nil, "none"),
            ("no name", "other"), ("é", "other"), ("a\"b", "other"), ("a\n", "other"),
            (String(repeating: "a", count: 64), String(repeating: "a", count: 64)),
            (String(repeating: "a", count: 65), "other"),
        ] as [(String?, String)]
    )
    func labels(error: String?, label: String) {
        #expect(OutcomeMetrics.label(error) == label)
    }
}
