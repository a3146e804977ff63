import Hummingbird
import Logging
import NIOCore
import StatesLanguage

/// A server that parses a body and answers nothing: what HTTP itself costs.
enum EmptyServer {
    static func run(port: Int) async throws {
        let router = Router()
        router.get("healthz") { _, _ in HTTPResponse.Status.ok }
        router.post("/") { request, _ -> Response in
            let body = try await request.body.collect(upTo: 1 << 20)
            _ = try JSON(parsing: String(buffer: body))
            return Response(status: .ok)
        }
        var logger = Logger(label: "empty-server")
        logger.logLevel = .error
        let server = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            logger: logger
        )
        try await server.runService()
    }
}
