package import CoreMetrics
package import PrometheusMetrics

/// One metric: its name and labels, and all that is said about it.
package struct Metric: Sendable, Hashable {
    /// The name, as Prometheus has it.
    package let name: String
    /// Counter, gauge or histogram.
    package let kind: MetricKind
    /// The names of its labels; each has few values, none of them an id or a path.
    package let labels: [String]
    /// What it means.
    package let help: String
    /// A histogram's bounds, in seconds; `nil` for the usual ones.
    package let buckets: [Double]?
    /// The most label sets; `nil` for the usual limit.
    package let labelSetLimit: Int?

    init(
        _ name: String,
        _ kind: MetricKind,
        labels: [String] = [],
        buckets: [Double]? = nil,
        labelSetLimit: Int? = nil,
        _ help: String
    ) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
        self.buckets = buckets
        self.labelSetLimit = labelSetLimit
    }

    /// A counter of swift-metrics under this name.
    package func counter(_ dimensions: (String, String)...) -> Counter { Counter(label: name, dimensions: dimensions) }

    /// A timer of swift-metrics under this name.
    package func timer(_ dimensions: (String, String)...) -> Timer { Timer(label: name, dimensions: dimensions) }

    /// A gauge of swift-metrics under this name.
    package func gauge(_ dimensions: (String, String)...) -> Gauge { Gauge(label: name, dimensions: dimensions) }

    /// A value of it that is read rather than counted.
    package func reading(_ value: Double, _ labels: (String, String)...) -> MetricSample {
        MetricSample(name: name, help: help, kind: kind, labels: labels, value: value)
    }
}

extension PrometheusRegistry {
    /// A registry that knows Waitable's metrics.
    package static func waitable() -> PrometheusRegistry {
        PrometheusRegistry(
            descriptions: Metric.all.map {
                MetricDescription(name: $0.name, help: $0.help, buckets: $0.buckets, labelSetLimit: $0.labelSetLimit)
            }
        )
    }
}

extension Timer {
    /// Observes the time since an instant.
    package func record(since start: ContinuousClock.Instant) {
        let passed = start.duration(to: .now).components
        recordNanoseconds(passed.seconds * 1_000_000_000 + passed.attoseconds / 1_000_000_000)
    }
}
