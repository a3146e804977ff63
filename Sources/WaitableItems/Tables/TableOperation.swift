package import JSONValues

/// A validated operation on items of declared tables. What their keys are is known to Redis, which evaluates it
/// (`tables.lua`); so nothing here depends on it.
package struct TableOperation: Sendable {
    /// The first table that it names.
    package let table: String
    /// The attributes of the first key that it names, the key's among them; none for a scan from the beginning.
    let keyAttributes: [Spelling: AttributeValue]
    /// Whether it may make new items, or larger ones.
    package let makesNew: Bool
    /// The program's members, without its task and its echo.
    let members: JSONObject

    init(
        table: String,
        keyAttributes: [Spelling: AttributeValue],
        makesNew: Bool,
        members: JSONObject
    ) {
        self.table = table
        self.keyAttributes = keyAttributes
        self.makesNew = makesNew
        self.members = members
    }

    /// Reads and checks a task's parameters.
    ///
    /// - Throws: An ``ItemProblem`` in DynamoDB's or Step Functions' words.
    package init(_ action: ItemOperationName, parameters: JSON) throws(ItemProblem) {
        let fields = try ParameterFields(parameters, action)
        switch action {
        case .putItem, .updateItem, .getItem, .deleteItem:
            let item = try TableItemRequest(fields, action, action.programName)
            self.init(
                table: item.table,
                keyAttributes: item.attributes,
                makesNew: action == .putItem || action == .updateItem,
                members: item.members
            )
        case .query, .scan: try self.init(page: fields, action)
        case .batchGetItem: try self.init(gets: fields)
        case .batchWriteItem: try self.init(writes: fields)
        case .transactWriteItems: try self.init(transaction: fields)
        }
    }

    /// The table that parameters name, also by its ARN; `nil` where they name none.
    package static func tableName(in parameters: JSON) -> String? {
        guard let text = parameters.objectValue?["TableName"]?.stringValue else { return nil }
        return try? ParameterFields.tableName(text)
    }

    /// The text whose partition has what it is about, by the tables' keys; empty for a scan from the beginning, and where the
    /// key is none of the table's.
    package func home(in tables: DeclaredTables) -> String {
        guard let name = tables[table]?.partitionKey.name, let value = keyAttributes[Spelling(name)] else { return "" }
        switch value {
        case .string(let text), .number(let text): return text.utf8.count <= Self.longestKey ? text : ""
        case .binary(let text): return Base64.byteCount(of: text) <= Self.longestKey ? Base64.canonical(text) : ""
        default: return ""
        }
    }

    /// The longest partition key, in bytes.
    private static let longestKey = 2_048

    /// The program that the function library evaluates inside the commit.
    package func program(task: Int, echo: JSON) -> String {
        var program: JSONObject = ["task": .integer(Int64(task))]
        program.merge(members)
        program["echo"] = .string(echo.text)
        return JSON.object(program).text
    }
}

extension ItemOperationName {
    /// What programs call an operation on one item.
    fileprivate var programName: String {
        switch self {
        case .putItem: "put"
        case .updateItem: "update"
        case .deleteItem: "delete"
        default: "get"
        }
    }
}

/// An operation on one item of a declared table, as a task's parameters or as one of several.
struct TableItemRequest {
    let table: String
    /// The item's attributes for a put, else those of its key.
    let attributes: [Spelling: AttributeValue]
    let members: JSONObject

    /// - Parameter operation: What programs call it.
    init(_ fields: ParameterFields, _ action: ItemOperationName, _ operation: String) throws(ItemProblem) {
        let table = try fields.table()
        let expressions = try ItemExpressions(fields, action)
        let field = action == .putItem ? "Item" : "Key"
        let attributes = try fields.attributes(field)
        if action == .putItem, ItemOperation.size(of: attributes) > ItemOperation.largestItem {
            throw .validation("Item size has exceeded the maximum allowed size")
        }
        var members: JSONObject = ["op": .string(operation), "table": .string(table)]
        members[action == .putItem ? "item" : "key"] = attributes.json
        if action == .updateItem { members["update"] = expressions.update.json }
        members["if"] = expressions.condition?.json
        members["project"] = expressions.projection.map { .array($0.map(\.json)) }
        members["return"] = .string(expressions.returnValues)
        self.init(table: table, attributes: attributes, members: members)
    }

    /// A put of an item, or a removal, without more.
    init(_ operation: String, table: String, _ attributes: [(name: String, value: AttributeValue)]) {
        var members: JSONObject = ["op": .string(operation), "table": .string(table)]
        members[operation == "put" ? "item" : "key"] = attributes.json
        self.init(table: table, attributes: attributes, members: members)
    }

    private init(table: String, attributes: [(name: String, value: AttributeValue)], members: JSONObject) {
        self.table = table
        self.attributes = attributes.byName
        self.members = members
    }
}

extension [(name: String, value: AttributeValue)] {
    /// DynamoDB's JSON.
    var json: JSON {
        var object = JSONObject()
        for (name, value) in self { object[name] = value.json }
        return .object(object)
    }

    /// The values by their names.
    var byName: [Spelling: AttributeValue] {
        var values: [Spelling: AttributeValue] = [:]
        for (name, value) in self { values[Spelling(name)] = value }
        return values
    }
}
