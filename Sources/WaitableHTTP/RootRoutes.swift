import HTTPTypes
import Hummingbird
import StatesLanguage

/// `GET /`: the page for a browser, and for other clients what this is.
struct RootRoutes: Sendable {
    /// Whether there is a page.
    let hasPage: Bool

    func add(to routes: Routes) {
        routes.get("/", .open) { request, _ in
            let wantsPage = hasPage && PageRoutes.isWanted(by: request)
            var response = wantsPage ? PageFile.page.response(to: request) : Response(json: Self.answer)
            response.headers[.vary] = "Accept"
            return response
        }
    }

    private static let answer = JSON.object([
        "name": .string("waitable"),
        "description": .string(
            "This is an ingest of Waitable. POST / starts an item; with X-Amz-Target it is the API of AWS Step Functions."
        ),
        "api": .string("/openapi.json"),
        "readiness": .string("/readyz"),
        "overview": .string("/overview"),
        "items": .string("/items"),
        "page": .string("/ui"),
    ])
}
