/// What is said of a metric beside its values.
public struct MetricDescription: Sendable, Hashable {
    /// The metric's name; what Prometheus does not allow in one is replaced.
    public var name: String
    /// What a person reads about it: the `HELP` line.
    public var help: String
    /// The upper bounds of a histogram's buckets, in its unit, ascending; `nil` for the registry's own.
    public var buckets: [Double]?
    /// The most label sets; what comes after them is counted under `other`. `nil` for the registry's limit.
    public var labelSetLimit: Int?

    /// A description from its parts.
    public init(name: String, help: String, buckets: [Double]? = nil, labelSetLimit: Int? = nil) {
        self.name = name
        self.help = help
        self.buckets = buckets
        self.labelSetLimit = labelSetLimit
    }
}
