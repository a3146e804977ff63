import Hummingbird
import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

/// What is counted for whoever watches: `GET /overview`, `/throughput`, `/schedule`, `/failures`, `/activities` and
/// `/streams`.
struct CountRoutes: Sendable {
    let items: ItemOperator
    let readiness: ReadinessSampler
    let documents: ConcurrencyLimiter

    private var partitions: Partitions { items.partitions }

    func add(to routes: Routes) {
        shared("/overview", in: routes) { try await overview() }
        shared("/throughput", in: routes) { try await partitions.throughput().json }
        let schedules = ConcurrencyLimiter(atOnce: 2, waiting: 1_000)
        routes.get("/schedule", .read) { request, _ in
            let query = try request.query
            return Response(
                json: try await schedules.turn { _ in
                    let window = try ScheduleRequest(query, now: try await partitions.home.now())
                    return try await partitions.schedule(window.from..<window.to, parts: window.buckets).json
                }
            )
        }
        routes.get("/failures", .read) { request, _ in
            let survey = try ListRequest(failures: request.query)
            return Response(
                json: try await documents.turn { _ in
                    try await items.failures(survey.list, from: survey.start, limit: survey.limit).json
                }
            )
        }
        shared("/activities", in: routes) {
            .object(["activities": .array(try await partitions.activityQueues().map(\.json))])
        }
        shared("/streams", in: routes) {
            .object(["streams": .array(try await partitions.streamDepths().map(\.json))])
        }
    }

    /// A route whose answer is counted once for all that wait for it.
    private func shared(_ path: String, in routes: Routes, _ count: @escaping @Sendable () async throws -> JSON) {
        let reading = SharedReading(every: .zero, count)
        routes.get(path, .read) { _, _ in Response(json: try await reading.value()) }
    }

    /// The overview, how Redis is, and what the doctor said last.
    func overview() async throws -> JSON {
        var object = try await partitions.overview().json.objectValue ?? [:]
        var redis: JSONObject = [:]
        // A user who may not ask for it sees the rest.
        if let memory = try? await partitions.memory() {
            redis["usedMemoryBytes"] = .integer(Int64(memory.used))
            redis["memoryLimitBytes"] = .integer(Int64(memory.limit))
        }
        let unreadiness = await readiness.unreadiness()
        redis["isReady"] = .bool(unreadiness == nil)
        redis["code"] = unreadiness.map { .string($0.code) }
        redis["reason"] = unreadiness.map { .string($0.reason) }
        object["redis"] = .object(redis)
        // The same of what only operators may write.
        object["doctor"] = try? await partitions.home.lastCheckup()?.json
        return .object(object)
    }
}
