import HTTPTypes
import Hummingbird
import Logging
import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// `POST /items`: starts as lines of NDJSON, each answered by one line, in order.
///
/// Answers are sent while lines still come, so neither the request nor its answers are ever in memory as a whole. See
/// docs/batch-start.md.
struct BatchRoutes: Sendable {
    private let starter: Starter
    private let calls: PartitionedStarts
    private let limits: BatchLimits
    private let logger: Logger
    private let places: BatchPlaces

    static let contentType = "application/x-ndjson"

    /// - Parameter calls: For the starts of batches: a single start does not queue behind them.
    init(starter: Starter, calls: PartitionedStarts, limits: BatchLimits, logger: Logger) {
        self.starter = starter
        self.calls = calls
        self.limits = limits
        self.logger = logger
        places = BatchPlaces(most: limits.requests)
    }

    /// Answers a batch with a stream of answers to its lines.
    func start(_ request: Request, _ context: ConnectionContext) async throws(ItemError) -> Response {
        try checkContent(request)
        let stateMachine: String?
        let durability: Durability
        do throws(FieldError) {
            stateMachine = try self.stateMachine(of: request)
            durability = try await starter.confirmer.durability(of: request)
        } catch {
            throw ItemError(error)
        }
        let cutOff = context.cutOff
        let place = places.take { [logger] in
            logger.notice("a batch that moves too little is cut off for another one")
            cutOff()
        }
        guard let place else { throw .tooManyBatches }
        // Also says that the body is wanted.
        context.tell(.bodyStreams)
        let stream = BatchStream(
            starter: BatchStarter(
                starter: starter,
                calls: calls,
                stateMachine: stateMachine,
                durability: durability
            ),
            body: request.body,
            length: request.headers[.contentLength].flatMap { Int($0) },
            answerBytes: limits.answerBytes,
            place: place
        )
        return Response(
            status: .ok,
            headers: [.contentType: Self.contentType],
            body: ResponseBody { writer in try await stream.run(&writer) }
        )
    }

    private func checkContent(_ request: Request) throws(ItemError) {
        let type = request.headers[.contentType] ?? ""
        let media = MediaType(from: type)
        guard media?.type == .application, media?.subType.lowercased() == "x-ndjson" else {
            throw .unsupported("Content-Type", "must be \(Self.contentType)", type)
        }
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw .unsupported("Content-Encoding", "must not be there: lines are read as they are", encoding)
        }
    }

    private func stateMachine(of request: Request) throws(FieldError) -> String? {
        var stateMachine: String?
        for (name, value) in try request.query {
            guard name == "stateMachine" else {
                throw FieldError(field: name, rule: "must not be there: only stateMachine is", value: value)
            }
            if let problem = ResourceName.problem(with: value) {
                throw FieldError(field: name, rule: problem, value: value)
            }
            stateMachine = value
        }
        return stateMachine
    }
}
