import Hummingbird
import StatesLanguage

/// `GET /access`: who the caller is and what he may do, so that a client offers nothing else.
struct AccessRoutes: Sendable {
    let access: Access

    func add(to routes: Routes) {
        routes.get("/access", .caller) { request, _ in
            let caller = access.caller(of: request)
            let rights = Right.allCases.filter { caller?.rights.contains($0) ?? true }
            var answer: JSONObject = [
                "needsCredentials": .bool(access.needsCredentials),
                "rights": .array(rights.map { .string($0.rawValue) }),
            ]
            answer["name"] = caller.map { .string($0.name) }
            return Response(json: .object(answer))
        }
    }
}
