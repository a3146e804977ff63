public import Hummingbird
public import Logging
public import Waitable
public import WaitableMetrics
public import WaitableRedis

/// What the routes share: the store, the clock, the machines, and the table that items are in.
public struct Ingest: Sendable {
    let store: RedisStore
    let clock: RedisClock
    let starts: StartCoalescer
    /// The starts of batches, apart from the others: a single start does not queue behind them.
    let batches: StartCoalescer
    let machines: MachineCache
    let readiness: ReadinessSampler
    let arn: ARN
    let itemTable: String
    let exposition: Exposition
    let batchLimits: BatchLimits
    let logger: Logger
    let metrics = StartMetrics()

    /// What the routes share.
    ///
    /// - Parameters:
    ///   - starts: For single starts.
    ///   - batches: For the starts of batches.
    ///   - itemTable: The table of the waitable pattern's items, which `/status` shows.
    public init(
        store: RedisStore,
        clock: RedisClock,
        starts: StartCoalescer,
        batches: StartCoalescer,
        machines: MachineCache,
        readiness: ReadinessSampler,
        arn: ARN,
        itemTable: String,
        exposition: Exposition,
        batchLimits: BatchLimits = BatchLimits(),
        logger: Logger
    ) {
        self.store = store
        self.clock = clock
        self.starts = starts
        self.batches = batches
        self.machines = machines
        self.readiness = readiness
        self.arn = arn
        self.itemTable = itemTable
        self.exposition = exposition
        self.batchLimits = batchLimits
        self.logger = logger
    }

    /// The HTTP routes: items, the Step Functions API, health, metrics.
    public func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: RequestMeter())
        let items = ItemRoutes(ingest: self)
        let batches = BatchRoutes(ingest: self)
        let stepFunctions = StepFunctionsAPI(ingest: self)
        router.post("/") { request, _ in
            request.headers[.amazonTarget] == nil
                ? try await items.start(request) : await stepFunctions.respond(to: request)
        }
        router.post("/items") { request, _ in try batches.start(request) }
        router.get("/status") { request, _ in try await items.list(request) }
        router.get("/status/:id") { _, context in try await items.get(try context.parameters.require("id")) }
        ManagementRoutes(ingest: self).add(to: router)
        OverviewRoutes(ingest: self).add(to: router)
        MetricsRoutes(exposition: exposition).add(to: router)
        HealthRoutes(ingest: self).add(to: router)
        return router
    }
}
