package import CoreMetrics
import Synchronization

/// A back end for swift-metrics that keeps its values in memory, and writes them in Prometheus's text format.
///
/// Counters become counters; meters and recorders that do not aggregate become gauges; timers and recorders that do
/// become histograms, timers in seconds. A name belongs to the kind that took it first: handlers of another kind for
/// it work, and are not written. The label sets of a name are bounded: those past the limit share one whose values are
/// all `other`.
///
/// Looking a handler up takes a lock and a dictionary, so callers keep their handlers. To count is one atomic addition;
/// to observe takes a short lock, so that a histogram's buckets, sum and count always agree.
///
/// Source: Prometheus, "Exposition formats", text format 0.0.4.
package final class PrometheusRegistry: MetricsFactory {
    /// The format's content type.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"
    /// From half a millisecond to ten minutes.
    package static let defaultBuckets: [Double] = [
        0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 600,
    ]

    private let descriptions: [Spelling: MetricDescription]
    private let buckets: [Double]
    private let labelSetLimit: Int
    private let families = Mutex<[Spelling: Family]>([:])

    /// A registry.
    ///
    /// - Parameters:
    ///   - descriptions: Help, buckets and limits of metrics that are known beforehand.
    ///   - buckets: The buckets of all other histograms.
    ///   - labelSetLimit: The most label sets of a name.
    package init(
        descriptions: [MetricDescription] = [],
        buckets: [Double] = PrometheusRegistry.defaultBuckets,
        labelSetLimit: Int = 100
    ) {
        self.descriptions = Dictionary(descriptions.map { (Spelling(Name.ofMetric($0.name)), $0) }) { first, _ in first
        }
        self.buckets = buckets
        self.labelSetLimit = labelSetLimit
    }

    // MARK: Writing

    /// All metrics, by name.
    ///
    /// - Parameter readings: Values that are read rather than counted, and have their place among the others. A name
    ///   that a handler has is left out.
    package func text(with readings: [MetricSample] = []) -> String {
        let families = families.withLock { $0.filter { !$0.value.isEmpty } }
        let groups = Dictionary(grouping: readings) { Spelling(Name.ofMetric($0.name)) }
        var writer = TextWriter()
        for name in Set(families.keys).union(groups.keys).sorted() {
            if let family = families[name] {
                family.write(to: &writer)
            } else if let group = groups[name] {
                writer.header(name.text, help: group[0].help, kind: group[0].kind)
                for reading in group { writer.sample(name.text, Labels(reading.labels), reading.value) }
            }
        }
        return writer.text
    }

    // MARK: MetricsFactory

    /// A counter.
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { CounterSeries() }
    }

    /// A counter, the same as a whole one of that name and labels.
    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter) { CounterSeries() }
    }

    /// A gauge.
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { GaugeSeries() }
    }

    /// A histogram, or a gauge where nothing is aggregated.
    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return series(label, dimensions, .gauge) { GaugeSeries() } }
        return histogram(label, dimensions)
    }

    /// A histogram in seconds.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    /// Takes it out of what is written.
    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    /// Takes it out of what is written.
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    /// Takes it out of what is written.
    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    /// Takes it out of what is written.
    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    /// Takes it out of what is written.
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramSeries {
        let bounds = descriptions[Name.ofMetric(label)]?.buckets ?? buckets
        return series(label, dimensions, .histogram) { HistogramSeries(bounds: bounds) }
    }

    private func series<S: Series>(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: MetricKind,
        _ make: () -> S
    ) -> S {
        let name = Name.ofMetric(label)
        return families.withLock { families in
            if let family = families[name] {
                guard family.kind == kind else { return make() }
                return family.series(Labels(dimensions), make)
            }
            let written = Name.written(name, kind)
            guard !families.values.contains(where: { !Name.written($0.name, $0.kind).isDisjoint(with: written) }) else {
                return make()
            }
            let description = descriptions[name]
            let family = Family(
                name: name,
                kind: kind,
                help: description?.help ?? "",
                limit: description?.labelSetLimit ?? labelSetLimit
            )
            families[name] = family
            return family.series(Labels(dimensions), make)
        }
    }

    private func remove(_ handler: AnyObject) {
        families.withLock { families in
            for family in families.values { family.remove(handler) }
        }
    }
}
