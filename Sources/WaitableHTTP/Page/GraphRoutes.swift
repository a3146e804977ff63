import HTTPTypes
import Hummingbird
import NIOCore
import StateGraph
import StatesLanguage
import Waitable
import WaitableOperations

/// `GET /state-machines/{name}/graph.svg`: a picture of a state machine, as it is now or as an item has it.
struct GraphRoutes: Sendable {
    let items: ItemOperator
    /// A picture of a large definition takes long: one is drawn at a time.
    let drawings: ConcurrencyLimiter

    /// The largest picture, by ``StateGraph/drawingSize``: a larger one takes seconds, and nobody sees anything in it.
    private static let largest = 100_000

    func add(to routes: Routes) {
        routes.get("/state-machines/:name/graph.svg", .read) { request, context in
            let name = try context.decoded("name", as: "name")
            let asked = try GraphRequest(request.query)
            let definition = try await items.definition(of: name, item: asked.item)
            let svg = try await context.whileConnected { [drawings] in
                try await drawings.turn { _ in
                    try Self.picture(of: definition, name: name, hasStyle: asked.hasStyle)
                }
            }
            var headers = HTTPFields.ofPage
            headers[.contentType] = "image/svg+xml"
            headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
            return Response(
                status: .ok,
                headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(string: svg))
            )
        }
    }

    private static func picture(of definition: String, name: String, hasStyle: Bool) throws -> String {
        let graph = StateGraph(definition: (try? JSON(parsing: definition))?.objectValue ?? [:])
        let size = graph.drawingSize
        guard size <= largest else {
            throw ItemError(
                FieldError(
                    field: "name",
                    rule: "must be of a state machine whose states times the ways between them are at most \(largest),"
                        + " has \(size)",
                    value: name
                )
            )
        }
        return graph.svg(title: "The state machine \(name)", hasStyle: hasStyle)
    }
}

extension StateGraph {
    /// What drawing takes, at most: a way may pass all states.
    fileprivate var drawingSize: Int {
        nodes.reduce(nodes.count * edges.count) { $0 + $1.workflows.reduce(0) { $0 + $1.drawingSize } }
    }
}

/// What a picture is asked for by a URL's query.
private struct GraphRequest: Sendable {
    /// The Id of the item whose revision is asked for; `nil` for the machine as it is now.
    var item: String?
    /// Whether the picture brings its colours.
    var hasStyle = true

    /// Reads `Id` and `style`.
    ///
    /// - Throws: `FieldError` for an unknown name or a bad value.
    init(_ query: [(name: String, value: String)]) throws(FieldError) {
        for (name, value) in query {
            switch name {
            case "Id":
                if let problem = ResourceName.problem(with: value) {
                    throw FieldError(field: name, rule: problem, value: value)
                }
                item = value
            case "style":
                guard ["on", "off"].contains(value) else {
                    throw FieldError(field: name, rule: "must be on or off", value: value)
                }
                hasStyle = value == "on"
            default:
                throw FieldError(field: name, rule: "must not be there: only Id and style are", value: value)
            }
        }
    }
}
