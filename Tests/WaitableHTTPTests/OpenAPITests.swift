import HTTPTypes
import StatesLanguage
import Testing
import Waitable

@testable import WaitableHTTP

/// The OpenAPI document tells of every route, and of no other. That answers are as it says is for `scripts/check-api`.
@Suite(.timeLimit(.minutes(1)))
struct OpenAPITests {
    private struct Operation: Hashable, CustomStringConvertible {
        var method: String
        var path: String
        var right: String
        var description: String { "\(method) \(path) [\(right)]" }
    }

    @Test("Routes and document have the same operations, and need the same rights")
    func operations() throws {
        let document = try #require(try JSON(parsing: OpenAPIRoutes.document).objectValue)
        var documented: Set<Operation> = []
        for (path, item) in try #require(document["paths"]?.objectValue) {
            for (method, operation) in try #require(item.objectValue) {
                let right = try #require(operation.objectValue?["x-waitable-right"]?.stringValue)
                documented.insert(Operation(method: method.uppercased(), path: path.lowercased(), right: right))
            }
        }
        let served = TestServer.ingest().routes().served.map { route in
            let path = route.path.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }
            let right =
                switch route.need {
                case .open: "open"
                case .caller: "caller"
                case .right(let right): right.rawValue
                }
            return Operation(method: route.method.rawValue, path: "/" + path.joined(separator: "/"), right: right)
        }
        #expect(documented == Set(served))
        #expect(documented.count == served.count)
    }

    @Test("What is served has the version of this build, and asks for a token only where there are some")
    func served() throws {
        for needsCredentials in [true, false] {
            let served = try #require(
                try JSON(parsing: OpenAPIRoutes.served(needsCredentials: needsCredentials)).objectValue
            )
            #expect(served["info"]?.objectValue?["version"] == .string(Version.number))
            #expect(served["security"]?.arrayValue?.isEmpty == !needsCredentials)
            #expect(served["paths"] == (try JSON(parsing: OpenAPIRoutes.document).objectValue?["paths"]))
        }
    }
}
