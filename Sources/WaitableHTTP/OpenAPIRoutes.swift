import HTTPTypes
import Hummingbird
import NIOCore
import StatesLanguage
import Waitable

/// `GET /openapi.json`: what the other routes take and answer, in OpenAPI 3.1.
struct OpenAPIRoutes: Sendable {
    /// Whether callers have to authenticate.
    let needsCredentials: Bool

    /// The document, as it stands in the sources.
    static let document = PackageResources.openapi_json

    func add(to routes: Routes) {
        let body = ByteBuffer(bytes: Self.served(needsCredentials: needsCredentials))
        routes.get("/openapi.json", .open) { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: body)
            )
        }
    }

    /// The document as a server shows it: with the version of this build, and asking nobody for a token where there are no
    /// credentials.
    static func served(needsCredentials: Bool) -> [UInt8] {
        guard var object = (try? JSON(parsing: document))?.objectValue, var info = object["info"]?.objectValue else {
            return document
        }
        info["version"] = .string(Version.number)
        object["info"] = .object(info)
        if !needsCredentials { object["security"] = .array([]) }
        var bytes: [UInt8] = []
        JSON.object(object).write(to: &bytes)
        return bytes
    }
}
