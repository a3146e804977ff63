import Hummingbird
import StatesLanguage
import Waitable
import WaitableOperations

/// Declared tables over HTTP.
struct TableRoutes: Sendable {
    let tables: TableOperator
    let bodies: BodyRoom

    func add(to routes: Routes) {
        routes.get("/tables", .read) { _, _ in Response(json: try await tables.list().json) }
        routes.post("/tables", .manage) { request, context in
            let body = try await ManagementBody(request, context, in: bodies, allowing: ["name", "key"])
            let schema: TableSchema
            let key = body["key"]
            do throws(TableSchemaError) {
                schema = try TableSchema(json: key ?? .null)
            } catch {
                throw FieldError(field: "key", rule: error.rule, value: key?.text)
            }
            let name = try body.text("name", most: 255) ?? ""
            return Response(json: try await tables.create(name, schema).json)
        }
        routes.post("/tables/:name/delete", .manage) { request, context in
            _ = try await ManagementBody(request, context, in: bodies, allowing: [])
            return Response(json: try await tables.delete(try context.decoded("name", as: "name")).json)
        }
    }
}
