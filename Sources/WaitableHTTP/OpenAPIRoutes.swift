import HTTPTypes
import Hummingbird
import NIOCore
import StatesLanguage

/// `GET /openapi.json`: what the other routes take and answer, in OpenAPI 3.1.
struct OpenAPIRoutes: Sendable {
    /// Whether callers have to authenticate.
    let needsCredentials: Bool

    /// The document, as it stands in the sources: for a server with credentials.
    static let document = PackageResources.openapi_json

    func add(to routes: Routes) {
        let body = ByteBuffer(bytes: needsCredentials ? Self.document : Self.openDocument)
        routes.get("/openapi.json", .open) { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: body)
            )
        }
    }

    /// The document for a server without credentials: it asks nobody for a token.
    private static let openDocument: [UInt8] = {
        guard var object = (try? JSON(parsing: document))?.objectValue else { return document }
        object["security"] = .array([])
        var bytes: [UInt8] = []
        JSON.object(object).write(to: &bytes)
        return bytes
    }()
}
