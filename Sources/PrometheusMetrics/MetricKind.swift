/// What a metric is to Prometheus.
package enum MetricKind: String, Sendable, Hashable {
    /// A number that only grows, until the process starts anew.
    case counter
    /// A number that goes up and down.
    case gauge
    /// Observations, counted in buckets.
    case histogram
}
