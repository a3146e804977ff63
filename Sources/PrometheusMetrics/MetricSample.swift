/// A value that is read when the metrics are written, instead of being counted: memory, the length of a queue.
package struct MetricSample: Sendable {
    /// The metric's name.
    package var name: String
    /// What a person reads about it.
    package var help: String
    /// Counter or gauge.
    package var kind: MetricKind
    /// Names and values of its labels.
    package var labels: [(String, String)]
    /// The value.
    package var value: Double

    /// A reading from its parts.
    package init(name: String, help: String, kind: MetricKind, labels: [(String, String)] = [], value: Double) {
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
        self.value = value
    }
}
