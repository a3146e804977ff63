public import Hummingbird
public import Logging
public import Waitable
public import WaitableRedis

/// What the routes share: the store, the clock, the machines, and the table that items are in.
public struct Ingest: Sendable {
    let store: RedisStore
    let clock: RedisClock
    let starts: StartCoalescer
    let machines: MachineCache
    let readiness: ReadinessSampler
    let arn: ARN
    let itemTable: String
    let logger: Logger

    /// What the routes share.
    ///
    /// - Parameter itemTable: The table of the waitable pattern's items, which `/status` shows.
    public init(
        store: RedisStore,
        clock: RedisClock,
        starts: StartCoalescer,
        machines: MachineCache,
        readiness: ReadinessSampler,
        arn: ARN,
        itemTable: String,
        logger: Logger
    ) {
        self.store = store
        self.clock = clock
        self.starts = starts
        self.machines = machines
        self.readiness = readiness
        self.arn = arn
        self.itemTable = itemTable
        self.logger = logger
    }

    /// The HTTP routes: items, the Step Functions API, health.
    public func router() -> Router<BasicRequestContext> {
        let router = Router()
        let items = ItemRoutes(ingest: self)
        let stepFunctions = StepFunctionsAPI(ingest: self)
        router.post("/") { request, _ in
            request.headers[.amazonTarget] == nil
                ? try await items.start(request) : await stepFunctions.respond(to: request)
        }
        router.get("/status") { request, _ in try await items.list(request) }
        router.get("/status/:id") { _, context in try await items.get(try context.parameters.require("id")) }
        ManagementRoutes(ingest: self).add(to: router)
        OverviewRoutes(ingest: self).add(to: router)
        HealthRoutes(ingest: self).add(to: router)
        return router
    }
}
