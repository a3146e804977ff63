import Waitable
import WaitableOperations
import WaitableRedis

/// What `GET /events?feed=…` is asked for.
struct FeedRequest: Sendable {
    private(set) var filter = FeedFilter()

    /// Where a client that comes for the first time begins with what is there, and not with what comes from now on.
    static let beginning = "0"

    /// Reads a query: `feed` (`all`, or kinds with commas between them), `stateMachine`, `Id`.
    ///
    /// - Returns: `nil` where the query does not name the feed.
    /// - Throws: `FieldError` for an unknown name or a bad value.
    init?(_ query: [(name: String, value: String)]) throws(FieldError) {
        guard query.contains(where: { $0.name == "feed" }) else { return nil }
        for (name, value) in query {
            switch name {
            case "feed": if value != "all" { filter.kinds = try Self.kinds(value) }
            case "stateMachine":
                if let problem = ResourceName.problem(withMachine: value) {
                    throw FieldError(field: name, rule: problem, value: value)
                }
                filter.machine = value
            case "Id":
                if let problem = ResourceName.problem(with: value) {
                    throw FieldError(field: name, rule: problem, value: value)
                }
                filter.id = value
            default:
                throw FieldError(
                    field: name,
                    rule: "must not be there: only feed, stateMachine and Id are",
                    value: value
                )
            }
        }
    }

    private static func kinds(_ text: String) throws(FieldError) -> Set<FeedEvent.Kind> {
        var kinds: Set<FeedEvent.Kind> = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let kind = FeedEvent.Kind(rawValue: String(name)) else {
                let all = FeedEvent.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw FieldError(
                    field: "feed",
                    rule: "must be all, or one or more of \(all), with commas between them",
                    value: text
                )
            }
            kinds.insert(kind)
        }
        return kinds
    }

    /// What reads the feed for it.
    ///
    /// - Parameter lastID: The id of the last event that the client has; ``beginning`` for all that is there, `nil` for what
    ///   comes from now on.
    /// - Throws: `FieldError` where that is no event's id.
    func reader(of partitions: Partitions, after lastID: String?) async throws -> FeedReader {
        guard let lastID else { return try await FeedReader(fromNowOn: partitions) }
        if lastID == Self.beginning { return FeedReader(fromBeginning: partitions) }
        guard let reader = FeedReader(after: lastID, of: partitions) else {
            throw FieldError(
                field: "Last-Event-ID",
                rule: "must be the id of an event of this feed, or \(Self.beginning) for all that it has",
                value: lastID
            )
        }
        return reader
    }
}
