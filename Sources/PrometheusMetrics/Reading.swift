/// A value that is read when the metrics are written, instead of being counted: memory, the length of a queue.
public struct Reading: Sendable {
    /// The metric's name.
    public var name: String
    /// What a person reads about it.
    public var help: String
    /// Counter or gauge.
    public var kind: MetricKind
    /// Names and values of its labels.
    public var labels: [(String, String)]
    /// The value.
    public var value: Double

    /// A reading from its parts.
    public init(name: String, help: String, kind: MetricKind, labels: [(String, String)] = [], value: Double) {
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
        self.value = value
    }
}
