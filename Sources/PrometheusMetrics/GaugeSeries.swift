import CoreMetrics

/// A gauge: the last value, or a level that is raised and lowered.
final class GaugeSeries: Series, MeterHandler, RecorderHandler {
    private let level = AtomicDouble()

    func set(_ value: Int64) { level.value = Double(value) }
    func set(_ value: Double) { level.value = value }
    func increment(by amount: Double) { level.add(amount) }
    func decrement(by amount: Double) { level.add(-amount) }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }

    func write(_ name: String, _ labels: Labels, to writer: inout TextWriter) {
        writer.sample(name, labels, level.value)
    }
}
