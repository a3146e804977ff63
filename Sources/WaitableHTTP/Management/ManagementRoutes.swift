import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import StatesLanguage
import Waitable
import WaitableRedis

/// What an operator does over HTTP: items and state machines, seen and managed.
struct ManagementRoutes: Sendable {
    let ingest: Ingest

    private var manager: ItemManager {
        ItemManager(
            store: ingest.store,
            machines: ingest.machines,
            identity: ingest.identity,
            itemTable: ingest.itemTable
        )
    }

    func add(to routes: Routes) {
        routes.get("/items", .read) { request, _ in
            try await answer {
                let query = request.uri.queryParameters.map { (name: String($0.key), value: String($0.value)) }
                return try await manager.list(ItemListing(query))
            }
        }
        routes.get("/items/:id", .read) { request, context in
            try await answer { try await manager.describe(try await key(request, context)) }
        }
        routes.get("/items/:id/timeline", .read) { request, context in
            try await answer {
                let key = try await key(request, context)
                return try await context.whileConnected { [ingest, manager] in
                    try await ingest.replays.turn { turn in try await manager.timeline(key) { try await turn.pause() } }
                }
            }
        }
        routes.post("/items/:id/cancel", .manage) { request, context in
            try await answer {
                let body = try await body(request, context, ["error", "cause"])
                let key = try await key(request, context)
                return try await manager.cancel(
                    key,
                    error: try body.text("error", most: ExecutionFailure.longestError),
                    cause: try body.text("cause", most: ExecutionFailure.longestCause)
                )
            }
        }
        routes.post("/items/:id/reschedule", .manage) { request, context in
            try await answer {
                let body = try await body(request, context, ["StartTimestamp"])
                let (instant, text) = try body.instant("StartTimestamp")
                return try await manager.reschedule(try await key(request, context), to: instant, text: text)
            }
        }
        routes.post("/items/:id/run-now", .manage) { request, context in
            try await answer {
                _ = try await body(request, context, [])
                return try await manager.runNow(try await key(request, context))
            }
        }
        routes.post("/items/:id/redrive", .manage) { request, context in
            try await answer {
                _ = try await body(request, context, [])
                return try await manager.redrive(try await key(request, context))
            }
        }
        routes.get("/state-machines", .read) { _, _ in try await answer { try await manager.stateMachines() } }
        routes.post("/state-machines/:name/pause", .manage) { request, context in
            try await answer {
                _ = try await body(request, context, [])
                return try await manager.setPaused(true, machine: try context.decoded("name", as: "name"))
            }
        }
        routes.post("/state-machines/:name/resume", .manage) { request, context in
            try await answer {
                _ = try await body(request, context, [])
                return try await manager.setPaused(false, machine: try context.decoded("name", as: "name"))
            }
        }
    }

    private func body(
        _ request: Request,
        _ context: ConnectionContext,
        _ names: [String]
    ) async throws -> ManagementBody {
        try await ManagementBody(request, context, in: ingest.bodies, allowing: names)
    }

    /// The execution that a path and `stateMachine` in the query name.
    private func key(_ request: Request, _ context: ConnectionContext) async throws -> ExecutionKey {
        var machine: String?
        for (name, value) in request.uri.queryParameters {
            guard name == "stateMachine" else {
                throw FieldError(
                    field: String(name),
                    rule: "must not be there: only stateMachine is",
                    value: String(value)
                )
            }
            if let problem = ResourceName.problem(with: String(value)) {
                throw FieldError(field: "stateMachine", rule: problem, value: String(value))
            }
            machine = String(value)
        }
        let id = try context.decoded("id", as: "Id")
        if let problem = ResourceName.problem(with: id) { throw FieldError(field: "Id", rule: problem, value: id) }
        return try await manager.key(id, machine: machine)
    }

    /// The answer of a request, or its error in the items' API's form.
    private func answer(_ body: () async throws -> JSON) async throws -> Response {
        do {
            return Response(json: try await body())
        } catch let error as ManagementError {
            throw ItemError(error)
        } catch let error as FieldError {
            throw ItemError(error)
        } catch let error as StoreError {
            throw ItemError(error)
        } catch let error as DocumentError {
            ingest.logger.error("request failed", metadata: ["error": "\(error)"])
            throw ItemError(error)
        } catch let error as any HTTPResponseError {
            throw error
        } catch is TurnsError {
            throw ItemError.tooManyReplays
        } catch is CancellationError {
            throw ItemError.givenUp
        } catch {
            ingest.logger.error("request failed", metadata: ["error": "\(error)"])
            throw ItemError(status: .internalServerError, code: "InternalError", message: "The request failed.")
        }
    }
}

extension ItemError {
    fileprivate init(_ error: ManagementError) {
        self.init(
            status: error.kind == .notFound ? .notFound : .conflict,
            code: error.code,
            message: error.message
        )
        field = error.field
        value = error.value
        if error.code == "ItemRunning" { retryAfter = 1 }
    }
}
