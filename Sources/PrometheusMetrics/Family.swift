import Synchronization

/// All series of one name: they differ in their labels.
final class Family: Sendable {
    let name: String
    let kind: MetricKind
    private let help: String
    private let limit: Int
    private let series = Mutex<[Labels: any Series]>([:])

    init(name: String, kind: MetricKind, help: String, limit: Int) {
        self.name = name
        self.kind = kind
        self.help = help
        self.limit = limit
    }

    var isEmpty: Bool { series.withLock { $0.isEmpty } }

    /// The series with these labels; past the limit, the one that they all share.
    func series<S: Series>(_ labels: Labels, _ make: () -> S) -> S {
        series.withLock { series in
            if let known = series[labels] as? S { return known }
            let labels = series.count < limit ? labels : labels.overflowing
            if let known = series[labels] as? S { return known }
            let made = make()
            series[labels] = made
            return made
        }
    }

    func remove(_ handler: AnyObject) {
        series.withLock { series in
            series = series.filter { $0.value !== handler }
        }
    }

    func write(to writer: inout TextWriter) {
        writer.header(name, help: help, kind: kind)
        let entries = series.withLock { $0.sorted { $0.key < $1.key } }
        for (labels, series) in entries { series.write(name, labels, to: &writer) }
    }
}

/// One series: the values under a name and a set of labels.
protocol Series: AnyObject, Sendable {
    func write(_ name: String, _ labels: Labels, to writer: inout TextWriter)
}
