import HTTPTypes
import Logging
import PrometheusMetrics
import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableMetrics
import WaitableRedis

@testable import WaitableHTTP

/// The OpenAPI document tells of every route, and of no other. That answers are as it says is for `scripts/check-api`.
@Suite(.timeLimit(.minutes(1)))
struct OpenAPITests {
    private struct Operation: Hashable, CustomStringConvertible {
        var method: String
        var path: String
        var right: String
        var description: String { "\(method) \(path) [\(right)]" }
    }

    @Test("Routes and document have the same operations, and need the same rights")
    func operations() throws {
        let document = try #require(try JSON(parsing: OpenAPIRoutes.document).objectValue)
        var documented: Set<Operation> = []
        for (path, item) in try #require(document["paths"]?.objectValue) {
            for (method, operation) in try #require(item.objectValue) {
                let right = try #require(operation.objectValue?["x-waitable-right"]?.stringValue)
                documented.insert(Operation(method: method.uppercased(), path: path.lowercased(), right: right))
            }
        }
        let served = Self.routes().served.map { route in
            let path = route.path.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }
            let right =
                switch route.need {
                case .open: "open"
                case .caller: "caller"
                case .right(let right): right.rawValue
                }
            return Operation(method: route.method.rawValue, path: "/" + path.joined(separator: "/"), right: right)
        }
        #expect(documented == Set(served))
        #expect(documented.count == served.count)
    }

    /// The routes of an ingest that was never started.
    private static func routes() -> Routes {
        let logger = Logger(label: "test")
        let configuration = RedisConfiguration(address: .tcp(host: "127.0.0.1", port: 1))
        let store = RedisStore(client: RedisClient(configuration, logger: logger))
        let clock = RedisClock(store: store, logger: logger)
        return Ingest(
            store: store,
            clock: clock,
            starts: StartCoalescer(store: store, clock: clock),
            batches: StartCoalescer(store: store, clock: clock),
            machines: MachineCache(store: store),
            readiness: ReadinessSampler(store: store, policy: ReadinessPolicy(), logger: logger),
            offers: ActivityOffers(store: store),
            identity: NamespaceIdentity(store: store, arn: ARN(), logger: logger),
            itemTable: "items",
            access: Access(credentials: nil, arn: ARN(), logger: logger),
            exposition: Exposition(registry: PrometheusRegistry(), store: store, version: "1"),
            logger: logger
        ).routes()
    }
}
