import HTTPTypes
import Hummingbird
import NIOCore
import Waitable

/// The page: its addresses under `/ui`, and the files that it is made of. They hold nothing of the user's: all that the
/// page shows it asks for as any other client does.
struct PageRoutes: Sendable {
    func add(to routes: Routes) {
        for path in ["/ui", "/ui/:view", "/ui/:view/:name"] {
            routes.get(path, .open) { request, _ in PageFile.page.response(to: request) }
        }
        routes.get("/assets/:file", .open) { request, context in
            let name = try context.decoded("file", as: "file")
            guard let file = PageFile.loaded[Spelling(name)] else {
                throw ItemError(status: .notFound, code: "NoSuchRoute", message: "There is nothing at this path.")
            }
            return file.response(to: request)
        }
    }

    /// Whether a client would rather see the page than JSON: a browser says that it takes HTML, other clients do not.
    static func isWanted(by request: Request) -> Bool {
        request.headers[values: .accept].contains { accepted in
            accepted.split(separator: ",").contains { entry in
                let parts = entry.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
                return parts.first == "text/html" && !parts.dropFirst().contains { ["q=0", "q=0.0"].contains($0) }
            }
        }
    }
}
