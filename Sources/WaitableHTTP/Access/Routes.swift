import HTTPTypes
package import Hummingbird
package import Logging

/// The routes of a server. Each says what it needs of a caller: one that does not say it does not compile, and what is
/// not a route here is not served.
package final class Routes: HTTPResponderBuilder {
    /// What makes an answer.
    package typealias Handler = @Sendable (Request, ConnectionContext) async throws -> Response

    private let router = Router(context: ConnectionContext.self, options: .autoGenerateHeadEndpoints)
    private let access: Access
    private let answers: AnswerRoom
    private var methods: [Spelling: [HTTPRequest.Method]] = [:]
    /// What is served: method, path and what it needs of a caller.
    private(set) var served: [(method: HTTPRequest.Method, path: String, need: RequiredAccess)] = []

    /// No routes yet.
    ///
    /// - Parameter answers: The room that large answers of the routes to look at something share.
    package init(access: Access, answers: AnswerRoom = AnswerRoom(), logger: Logger) {
        self.access = access
        self.answers = answers
        router.add(middleware: RequestMeter())
        router.add(middleware: ItemErrorMiddleware(logger: logger))
        router.add(middleware: UnknownRoute(access: access))
    }

    /// A route to look at something.
    package func get(_ path: String, _ need: RequiredAccess, use handler: @escaping Handler) {
        let answers = answers
        add(.get, path, need) { request, context in try answers.hold(try await handler(request, context)) }
    }

    /// A route to do something.
    package func post(_ path: String, _ need: RequiredAccess, use handler: @escaping Handler) {
        add(.post, path, need, handler)
    }

    /// `POST /`, which two APIs share. What has an `X-Amz-Target` is a Step Functions call: it authenticates as AWS's
    /// clients do, and its operation decides what it needs.
    func post(stepFunctions: StepFunctionsAPI, otherwise need: RequiredAccess, use handler: @escaping Handler) {
        let access = access
        serve(.post, "/", need) { request, context in
            if request.headers[.amazonTarget] != nil { return await stepFunctions.respond(to: request, context) }
            try access.check(request, need)
            return try await handler(request, context)
        }
    }

    private func add(_ method: HTTPRequest.Method, _ path: String, _ need: RequiredAccess, _ handler: @escaping Handler)
    {
        let access = access
        serve(method, path, need) { request, context in
            try access.check(request, need)
            return try await handler(request, context)
        }
    }

    private func serve(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ need: RequiredAccess,
        _ handler: @escaping Handler
    ) {
        served.append((method, path, need))
        router.on(RouterPath(path), method: method, use: handler)
        methods[path, default: []] += method == .get ? [.get, .head] : [method]
    }

    /// The responder for a server, with a 405 for the other methods of each path.
    package func buildResponder() -> RouterResponder<ConnectionContext> {
        for (path, allowed) in methods {
            for method in Self.allMethods where !allowed.contains(method) {
                router.on(RouterPath(path.text), method: method) { [access] request, _ -> Response in
                    try access.check(request, .caller)
                    throw ItemError.methodNotAllowed(request.method, allowed: allowed)
                }
            }
        }
        return router.buildResponder()
    }

    private static let allMethods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .delete, .patch, .options, .trace, .connect,
        .query,
    ]

    /// What no route is there for: a caller who has not authenticated learns no more than that.
    private struct UnknownRoute: RouterMiddleware {
        let access: Access

        func handle(
            _ request: Request,
            context: ConnectionContext,
            next: (Request, ConnectionContext) async throws -> Response
        ) async throws -> Response {
            if context.endpointPath != nil { return try await next(request, context) }
            try access.check(request, .caller)
            throw ItemError(status: .notFound, code: "NoSuchRoute", message: "There is nothing at this path.")
        }
    }
}

extension HTTPRequest.Method {
    /// A GET with a body (draft-ietf-httpbis-safe-method-w-body).
    fileprivate static let query = Self("QUERY")!
}

extension ItemError {
    fileprivate static func methodNotAllowed(
        _ method: HTTPRequest.Method,
        allowed: [HTTPRequest.Method]
    ) -> ItemError {
        let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
        var error = ItemError(
            status: .methodNotAllowed,
            code: "MethodNotAllowed",
            message: "\(method.rawValue): must be one of \(names) for this path"
        )
        error.allow = names
        return error
    }
}
