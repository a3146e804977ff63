/// What is said of a metric beside its values.
package struct MetricDescription: Sendable, Hashable {
    /// The metric's name; what Prometheus does not allow in one is replaced.
    package var name: String
    /// What a person reads about it: the `HELP` line.
    package var help: String
    /// The upper bounds of a histogram's buckets, in its unit, ascending; `nil` for the registry's own.
    package var buckets: [Double]?
    /// The most label sets; what comes after them is counted under `other`. `nil` for the registry's limit.
    package var labelSetLimit: Int?

    /// A description from its parts.
    package init(name: String, help: String, buckets: [Double]? = nil, labelSetLimit: Int? = nil) {
        self.name = name
        self.help = help
        self.buckets = buckets
        self.labelSetLimit = labelSetLimit
    }
}
