import HTTPTypes
import Hummingbird
import StatesLanguage

/// `GET /`: what this is, for who opens it in a browser.
struct RootRoutes: Sendable {
    func add(to routes: Routes) {
        routes.get("/", .open) { _, _ in Response(json: Self.answer) }
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
    ])
}
