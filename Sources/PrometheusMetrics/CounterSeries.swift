import CoreMetrics
import Synchronization

/// A counter: whole increments in one atomic addition, others beside them.
final class CounterSeries: Series, CounterHandler, FloatingPointCounterHandler {
    private let whole = Atomic(0)
    private let fraction = AtomicDouble()

    // A counter never goes down, and not round its end: what cannot be meant is left out.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        whole.wrappingAdd(Int(amount), ordering: .relaxed)
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        fraction.add(amount)
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        fraction.value = 0
    }

    func write(_ name: String, _ labels: Labels, to writer: inout TextWriter) {
        let fraction = fraction.value
        let whole = whole.load(ordering: .relaxed)
        if fraction == 0 {
            writer.sample(name, labels, whole)
        } else {
            writer.sample(name, labels, Double(whole) + fraction)
        }
    }
}
