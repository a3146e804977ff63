import Hummingbird
package import Logging
import Waitable
package import WaitableMetrics
import WaitableOperations
package import WaitableRedis

/// What an ingest serves, and what the operations of the Step Functions API share.
package final class Ingest: Sendable {
    let partitions: Partitions
    let clock: RedisClock
    let starter: Starter
    private let batches: PartitionedStarts
    let machines: MachineCache
    private let readiness: ReadinessSampler
    let offers: ActivityOffers
    let identity: NamespaceIdentity
    private let itemTable: String
    let access: Access
    private let exposition: Exposition
    private let batchLimits: BatchLimits
    private let hasPage: Bool
    let bodies: BodyRoom
    let answers: AnswerRoom
    /// Definitions that are compiled for a request, one at a time: that can take long, and nobody waits for it but the callers.
    let compilations = ConcurrencyLimiter(atOnce: 1, waiting: 64)
    /// Pictures of state machines are drawn one at a time.
    private let drawings = ConcurrencyLimiter(atOnce: 1, waiting: 16)
    let replays: Replays
    /// Documents that are read whole for a request: one can have 12 MiB, and Redis holds what it sends.
    let documents = ConcurrencyLimiter(atOnce: 16, waiting: 4_096)
    let logger: Logger

    /// What the routes share.
    ///
    /// - Parameters:
    ///   - clock: The clock of partition 0.
    ///   - starts: For single starts.
    ///   - batches: For the starts of batches.
    ///   - confirmer: For starts that have to be safe.
    ///   - itemTable: The table of the waitable pattern's items, which `/status` shows.
    ///   - access: Who may do what.
    ///   - hasPage: Whether browsers are shown the page.
    ///   - bodies: The room that large bodies of requests share.
    ///   - answers: The room that large answers share.
    ///   - onLostMachines: Called where a start finds that state machines are gone from Redis: what this process has
    ///     deployed has to be deployed again.
    package init(
        partitions: Partitions,
        clock: RedisClock,
        starts: PartitionedStarts,
        batches: PartitionedStarts,
        confirmer: DurabilityConfirmer,
        machines: MachineCache,
        readiness: ReadinessSampler,
        offers: ActivityOffers,
        identity: NamespaceIdentity,
        itemTable: String,
        access: Access,
        exposition: Exposition,
        batchLimits: BatchLimits = BatchLimits(),
        hasPage: Bool = true,
        bodies: BodyRoom = BodyRoom(),
        answers: AnswerRoom = AnswerRoom(),
        onLostMachines: @Sendable @escaping () -> Void = {},
        logger: Logger
    ) {
        self.partitions = partitions
        self.clock = clock
        self.batches = batches
        self.machines = machines
        self.readiness = readiness
        self.offers = offers
        self.identity = identity
        self.itemTable = itemTable
        self.access = access
        self.exposition = exposition
        self.batchLimits = batchLimits
        self.hasPage = hasPage
        self.bodies = bodies
        self.answers = answers
        self.logger = logger
        replays = Replays { try await partitions.store(of: $0).execution($0) }
        starter = Starter(
            store: partitions.home,
            machines: machines,
            identity: identity,
            readiness: readiness,
            starts: starts,
            confirmer: confirmer,
            onLostMachines: onLostMachines,
            logger: logger
        )
    }

    /// The registry's home.
    var store: RedisStore { partitions.home }

    /// The store of an execution.
    func store(of key: ExecutionKey) -> RedisStore { partitions.store(of: key) }

    /// The names that things have.
    var arn: ARN { identity.arn }

    /// The HTTP routes: items, the Step Functions API, health, metrics.
    package func routes() -> Routes {
        let routes = Routes(access: access, answers: answers, logger: logger)
        let operations = ItemOperator(
            partitions: partitions,
            machines: machines,
            identity: identity,
            itemTable: itemTable
        )
        let items = ItemRoutes(starter: starter, items: operations, bodies: bodies, documents: documents)
        let batches = BatchRoutes(starter: starter, calls: batches, limits: batchLimits, logger: logger)
        routes.post(stepFunctions: StepFunctionsAPI(ingest: self), otherwise: .start) { request, context in
            try await items.start(request, context)
        }
        routes.post("/items", .start) { request, context in try await batches.start(request, context) }
        RootRoutes(hasPage: hasPage).add(to: routes)
        if hasPage { PageRoutes().add(to: routes) }
        AccessRoutes(access: access).add(to: routes)
        routes.get("/status", .read) { request, _ in try await items.list(request) }
        routes.get("/status/:id", .read) { _, context in try await items.get(context) }
        ManagementRoutes(items: operations, bodies: bodies, replays: replays, documents: documents).add(to: routes)
        TableRoutes(tables: TableOperator(partitions: partitions, itemTable: itemTable), bodies: bodies).add(to: routes)
        GraphRoutes(items: operations, drawings: drawings).add(to: routes)
        let counts = CountRoutes(items: operations, readiness: readiness, documents: documents)
        counts.add(to: routes)
        EventRoutes(
            overview: SharedReading(every: .milliseconds(900)) { try await counts.overview() },
            throughput: SharedReading(every: .seconds(5)) { [partitions] in try await partitions.throughput().json },
            items: operations,
            partitions: partitions,
            access: access,
            documents: documents,
            told: ItemErrorMiddleware(logger: logger).told
        ).add(to: routes)
        MetricsRoutes(exposition: exposition).add(to: routes)
        HealthRoutes(machines: machines, readiness: readiness).add(to: routes)
        OpenAPIRoutes(needsCredentials: access.needsCredentials).add(to: routes)
        return routes
    }
}
