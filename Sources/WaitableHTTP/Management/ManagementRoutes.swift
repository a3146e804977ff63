import HTTPTypes
import Hummingbird
import NIOCore
import StatesLanguage
import Waitable
import WaitableOperations

/// What an operator does over HTTP: items and state machines, seen and managed.
struct ManagementRoutes: Sendable {
    let items: ItemOperator
    let bodies: BodyRoom
    let replays: Replays
    let documents: ConcurrencyLimiter

    func add(to routes: Routes) {
        routes.get("/items", .read) { request, _ in
            let list = try ListRequest(executions: request.query)
            return Response(json: try await documents.turn { _ in try await items.list(list) })
        }
        routes.get("/items/:id", .read) { request, context in
            let key = try await key(request, context)
            return Response(json: try await documents.turn { _ in try await items.describe(key).json })
        }
        routes.get("/items/:id/timeline", .read) { request, context in
            let key = try await key(request, context)
            let timeline = try await context.whileConnected { [replays, items] in
                try await replays.make(from: key) { execution, pause in
                    try await items.timeline(of: execution) { try await pause() }
                }
            }
            guard let timeline else { throw ManagementError.noItem(key.name, machine: key.machine) }
            return Response(json: timeline.json)
        }
        routes.post("/items/:id/cancel", .manage) { request, context in
            let body = try await body(request, context, ["error", "cause"])
            let item = try await items.cancel(
                try await key(request, context),
                error: try body.text("error", most: ExecutionFailure.longestError),
                cause: try body.text("cause", most: ExecutionFailure.longestCause)
            )
            return Response(json: item.json)
        }
        routes.post("/items/:id/reschedule", .manage) { request, context in
            let body = try await body(request, context, ["StartTimestamp"])
            let (instant, text) = try body.instant("StartTimestamp")
            let item = try await items.reschedule(try await key(request, context), to: instant, text: text)
            return Response(json: item.json)
        }
        routes.post("/items/:id/run-now", .manage) { request, context in
            _ = try await body(request, context, [])
            return Response(json: try await items.runNow(try await key(request, context)).json)
        }
        routes.post("/items/:id/redrive", .manage) { request, context in
            _ = try await body(request, context, [])
            return Response(json: try await items.redrive(try await key(request, context)).json)
        }
        routes.get("/state-machines", .read) { _, _ in Response(json: try await items.stateMachines().json) }
        routes.post("/state-machines/:name/pause", .manage) { request, context in
            try await setPaused(true, request, context)
        }
        routes.post("/state-machines/:name/resume", .manage) { request, context in
            try await setPaused(false, request, context)
        }
    }

    private func setPaused(_ isPaused: Bool, _ request: Request, _ context: ConnectionContext) async throws -> Response
    {
        _ = try await body(request, context, [])
        let name = try context.decoded("name", as: "name")
        return Response(json: try await items.setPaused(isPaused, machine: name).json)
    }

    private func body(
        _ request: Request,
        _ context: ConnectionContext,
        _ names: [String]
    ) async throws -> ManagementBody {
        try await ManagementBody(request, context, in: bodies, allowing: names)
    }

    /// The execution that a path and `stateMachine` in the query name.
    private func key(_ request: Request, _ context: ConnectionContext) async throws -> ExecutionKey {
        var machine: String?
        for (name, value) in try request.query {
            guard name == "stateMachine" else {
                throw FieldError(field: name, rule: "must not be there: only stateMachine is", value: value)
            }
            // What is of a map run is seen by itself, and managed with its run.
            let isLook = request.method == .get || request.method == .head
            if let problem = isLook ? ResourceName.problem(withMachine: value) : ResourceName.problem(with: value) {
                throw FieldError(field: "stateMachine", rule: problem, value: value)
            }
            machine = value
        }
        let id = try context.decoded("id", as: "Id")
        if let problem = ResourceName.problem(with: id) { throw FieldError(field: "Id", rule: problem, value: id) }
        return try await items.key(id, machine: machine)
    }
}
