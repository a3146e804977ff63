import CoreMetrics
import Synchronization

/// A histogram with fixed buckets; a timer's observations are in seconds.
final class HistogramSeries: Series, TimerHandler, RecorderHandler {
    private struct Counts {
        /// Observations in each bucket alone, the last one without a bound.
        var buckets: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let counts: Mutex<Counts>

    init(bounds: [Double]) {
        // The format needs ascending bounds, each once, and writes the last one, +Inf, by itself.
        self.bounds = Set(bounds.filter(\.isFinite)).sorted()
        counts = Mutex(Counts(buckets: Array(repeating: 0, count: self.bounds.count + 1)))
    }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard !value.isNaN else { return }
        let bucket = bucket(of: value)
        counts.withLock { counts in
            counts.buckets[bucket] += 1
            counts.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    /// The first bucket whose bound is not below the value.
    private func bucket(of value: Double) -> Int {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func write(_ name: String, _ labels: Labels, to writer: inout TextWriter) {
        let counts = counts.withLock { $0 }
        var total = 0
        for (index, count) in counts.buckets.enumerated() {
            total += count
            let bound = index < bounds.count ? TextWriter.number(bounds[index]) : "+Inf"
            writer.sample(name + "_bucket", labels.adding("le", bound), total)
        }
        writer.sample(name + "_sum", labels, counts.sum)
        writer.sample(name + "_count", labels, total)
    }
}
