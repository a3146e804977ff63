import StatesLanguage
import WaitableOperations

/// What `waitable watch` shows on a terminal: the overview, the hour behind and the hour ahead, and what is late.
struct WatchView {
    /// How many items closed in each minute of the last hour.
    private var closed: [Int] = []
    /// How many items are due in each minute of the next hour.
    private var due: [Int] = []
    /// The items that are due longest, as lists have them.
    private var late: [JSONObject] = []
    private var read: ContinuousClock.Instant?

    /// How old the hours may be: what they show changes by the minute.
    private static let interval = Duration.seconds(5)
    /// The most items that are late and shown.
    private static let mostLate = 5

    /// Reads what has become old.
    mutating func refresh(from endpoint: any Endpoint, _ overview: Overview) async throws {
        late = []
        if overview.due > 0 {
            let query = [("status", "WAITING"), ("dueTo", overview.now.iso8601), ("limit", "\(Self.mostLate)")]
            let page = try await endpoint.list(query.map { (name: $0.0, value: $0.1) })
            late = page.objectValue?["items"]?.arrayValue?.compactMap(\.objectValue) ?? []
        }
        if let read, read.duration(to: .now) < Self.interval { return }
        closed = Self.counts(try await endpoint.throughput(), "minutes", "closed")
        due = Self.counts(try await endpoint.schedule(), "buckets", "count")
        read = .now
    }

    private static func counts(_ json: JSON, _ list: String, _ name: String) -> [Int] {
        (json.objectValue?[list]?.arrayValue ?? []).map { $0.objectValue?[name]?.countValue ?? 0 }
    }

    /// The text of a screen.
    func text(of overview: Overview) -> String {
        var text = OverviewText.text(of: overview)
        text += "\n\n" + Self.row("CLOSED, LAST HOUR", closed) + "\n" + Self.row("DUE, NEXT HOUR", due)
        guard !late.isEmpty else { return text }
        var table = Table(header: ["DUE LONGEST", "STATE MACHINE", "SINCE"])
        table.rows = late.map { item in ["Id", "stateMachine", "due"].map { item[$0]?.stringValue ?? "" } }
        return text + "\n\n" + table.text
    }

    private static func row(_ title: String, _ counts: [Int]) -> String {
        let title = title + String(repeating: " ", count: max(0, 19 - title.utf8.count))
        return "\(title)\(Sparkline.text(counts))  \(counts.reduce(0, +)), at most \(counts.max() ?? 0) a minute"
    }
}
