import HTTPTypes
import Hummingbird
import RedisClient
import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

/// The sample's API: `POST /`, `GET /status`, `GET /status/{Id}`.
struct ItemRoutes: Sendable {
    let starter: Starter
    let items: ItemOperator
    let bodies: BodyRoom
    let documents: ConcurrencyLimiter

    /// The largest body of a start, in bytes.
    static let largestBody = Limits.item

    /// `POST /`: starts the default machine for one item.
    func start(_ request: Request, _ context: ConnectionContext) async throws -> Response {
        let body = try await body(of: request, context)
        let item: ItemStart
        let durability: Durability
        let now: Instant?
        do throws(FieldError) {
            item = try ItemStart(body: body) { UUIDv4.make() }
            // Without a clock nothing is started anyway, and the start says why.
            now = try? await starter.now(of: item.id)
            if let now { try item.check(at: now) }
            let all = try await starter.confirmer.durability(of: request)
            durability = try await starter.confirmer.durability(item.durability, in: "durability", otherwise: all)
        } catch {
            throw ItemError(error)
        }
        do {
            let accepted = try await starter.start(
                item.stateMachine.map { StateMachineReference(name: $0) },
                name: item.id,
                input: item.input,
                at: now,
                reaching: durability
            )
            var response = Response(jsonBytes: Self.answer(to: item, accepted, arn: starter.identity.arn))
            if let reached = accepted.durability { response.headers[.waitableDurability] = reached.text }
            return response
        } catch {
            throw error.itemError(id: item.id)
        }
    }

    /// What the sample tells a caller whose item was accepted.
    static let message = "The item was accepted and waits until its StartTimestamp."

    /// `{"Id","executionArn","startDate","message"}`, in bytes: it is what ingest writes most.
    static func answer(to item: ItemStart, _ accepted: Starter.Acceptance, arn: ARN) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(384)
        bytes += #"{"Id":"#.utf8
        JSON.string(item.id).write(to: &bytes)
        bytes += #","executionArn":"#.utf8
        JSON.string(arn.execution(accepted.key)).write(to: &bytes)
        bytes += #","startDate":"#.utf8
        accepted.startDate.writeEpochSeconds(to: &bytes)
        bytes += answerEnd
        return bytes
    }

    private static let answerEnd = Array(#","message":"\#(message)"}"#.utf8)

    /// `GET /status/{Id}`: one item, with all its attributes.
    func get(_ context: ConnectionContext) async throws -> Response {
        let id = try context.decoded("id", as: "Id")
        let key = ItemKey(table: items.itemTable, id: id)
        let found = try await items.partitions.store(of: id).items([key])
        guard let item = found.first ?? nil else { throw ItemError.noItem(id) }
        return Response(json: ItemView.json(of: item))
    }

    /// `GET /status`: a page of items, those that wait first, by their due instants.
    func list(_ request: Request) async throws -> Response {
        let list = try ListRequest(items: request.query)
        return Response(json: try await documents.turn { _ in try await items.items(list) })
    }

    private func body(
        of request: Request,
        _ context: ConnectionContext
    ) async throws(ItemError) -> ArraySlice<UInt8> {
        var body = PendingBody(of: request, context, limit: Self.largestBody, room: bodies)
        do throws(BodyError) {
            return try await body.bytes()[...]
        } catch {
            throw ItemError(error)
        }
    }
}
