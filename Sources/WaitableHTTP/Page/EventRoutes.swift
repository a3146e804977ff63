import HTTPTypes
import Hummingbird
import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

/// `GET /events`: how things stand, told as it changes, or the change feed, as server-sent events.
struct EventRoutes: Sendable {
    let overview: SharedReading<JSON>
    let throughput: SharedReading<JSON>
    let items: ItemOperator
    let partitions: Partitions
    let access: Access
    let documents: ConcurrencyLimiter
    let told: @Sendable (any Error) -> ItemError
    private let places = EventPlaces(most: Self.mostStreams)
    private let watches = ItemWatches()
    private let feedReading: FeedReading

    init(
        overview: SharedReading<JSON>,
        throughput: SharedReading<JSON>,
        items: ItemOperator,
        partitions: Partitions,
        access: Access,
        documents: ConcurrencyLimiter,
        told: @escaping @Sendable (any Error) -> ItemError
    ) {
        self.overview = overview
        self.throughput = throughput
        self.items = items
        self.partitions = partitions
        self.access = access
        self.documents = documents
        self.told = told
        feedReading = FeedReading(partitions: partitions)
    }

    /// The most streams at once.
    static let mostStreams = 256

    func add(to routes: Routes) {
        routes.get("/events", .read) { request, _ in
            let isAllowed: @Sendable () -> Bool = { [access] in (try? access.check(request, .read)) != nil }
            let lastID = request.headers[.lastEventID]
            if let feed = try FeedRequest(request.query) {
                let reader = try await feed.reader(of: partitions, after: lastID)
                let stream = FeedStream(
                    reader: reader,
                    reading: feedReading,
                    filter: feed.filter,
                    told: told,
                    isAllowed: isAllowed,
                    place: try place()
                )
                return response(to: request) { writer in try await stream.run(&writer) }
            }
            let areas = try await areas(try request.query)
            let stream = EventStream(
                areas: areas,
                lastID: lastID,
                told: told,
                isAllowed: isAllowed,
                place: try place()
            )
            return response(to: request) { writer in try await stream.run(&writer) }
        }
    }

    private func place() throws(ItemError) -> EventPlaces.Place {
        guard let place = places.take() else {
            throw ItemError.unavailable("TooManyStreams", "Too many streams of events are open.")
        }
        return place
    }

    private func response(
        to request: Request,
        _ run: @Sendable @escaping (inout any ResponseBodyWriter) async throws -> Void
    ) -> Response {
        var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        // A proxy that gathers what it passes on would hold events back.
        headers[.accelBuffering] = "no"
        guard request.method != .head else { return Response(status: .ok, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody { writer in try await run(&writer) })
    }

    /// What is asked for: `areas` of overview and throughput, both where there is nothing, or an item.
    private func areas(_ query: [(name: String, value: String)]) async throws -> [EventArea] {
        var names = ["overview", "throughput"]
        var id: String?
        var machine: String?
        for (name, value) in query {
            switch name {
            case "areas":
                names = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                guard (1...3).contains(names.count), names.allSatisfy(["overview", "throughput", "item"].contains),
                    Set(names).count == names.count
                else {
                    throw FieldError(
                        field: name,
                        rule: "must be one or more of overview, throughput and item, with commas between them",
                        value: value
                    )
                }
            case "Id", "stateMachine":
                let isID = name == "Id"
                if let problem = isID ? ResourceName.problem(with: value) : ResourceName.problem(withMachine: value) {
                    throw FieldError(field: name, rule: problem, value: value)
                }
                if isID { id = value } else { machine = value }
            default:
                throw FieldError(
                    field: name,
                    rule: "must not be there: only areas, Id and stateMachine are",
                    value: value
                )
            }
        }
        guard (id != nil) == names.contains("item") else {
            throw FieldError(field: "Id", rule: "must be given with the area item, and only with it", value: id)
        }
        guard id != nil || machine == nil else {
            throw FieldError(field: "stateMachine", rule: "must come with Id", value: machine)
        }
        var areas: [EventArea] = []
        for name in names {
            switch name {
            case "overview":
                areas.append(
                    EventArea(interval: .seconds(1)) { [overview] in
                        StreamEvent("overview", try await overview.value())
                    }
                )
            case "throughput":
                areas.append(
                    EventArea(interval: .seconds(10)) { [throughput] in
                        StreamEvent("throughput", try await throughput.value())
                    }
                )
            default:
                let key = try await items.key(id ?? "", machine: machine)
                let watch = watches.watch(of: key) { [items, documents] in
                    ItemWatch(
                        glance: { try await items.glance(key) },
                        describe: { try await items.describe(key) },
                        in: documents
                    )
                }
                areas.append(EventArea(interval: .seconds(1), isQuiet: true, read: watch.event))
            }
        }
        return areas
    }
}

extension HTTPField.Name {
    fileprivate static let lastEventID = Self("Last-Event-ID")!
    fileprivate static let accelBuffering = Self("X-Accel-Buffering")!
}
