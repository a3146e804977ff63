import JSONValues

extension TableOperation {
    /// The most keys, writes and parts of a transaction in one request, as DynamoDB has it.
    private static let most = (keys: 100, writes: 25, parts: 100)

    /// `BatchGetItem`
    init(gets fields: ParameterFields) throws(ItemProblem) {
        let tables = try Self.tables(fields)
        var gets: [JSON] = []
        var first: (table: String, key: [Spelling: AttributeValue])?
        var count = 0
        for (name, request) in tables {
            let table = try ParameterFields.tableName(name)
            let own = ["ConsistentRead", "ExpressionAttributeNames", "ProjectionExpression"]
            let request = try ParameterFields(request, name, required: ["Keys"], optional: own)
            _ = try request.flag("ConsistentRead")
            var keys: [JSON] = []
            for key in try request.list("Keys") {
                let attributes = try ParameterFields.attributes(key, "Keys")
                if first == nil { first = (table, attributes.byName) }
                keys.append(attributes.json)
            }
            count += keys.count
            guard !keys.isEmpty else { throw Self.length("requestItems.\(name).member.keys") }
            var placeholders = try Placeholders(names: request["ExpressionAttributeNames"], values: nil)
            let projection = try placeholders.projection(request)
            try placeholders.checkUse(in: ["ProjectionExpression"]) { request[$0] != nil }
            // What a request for the keys that are left has to say again.
            var rest = JSONObject()
            for field in own { rest[field] = request[field] }
            let text = JSON.object(rest).text
            var get: JSONObject = [
                "table": .string(table), "keys": .array(keys),
                "rest": .string(rest.isEmpty ? "" : String(text.dropFirst().dropLast()) + ","),
            ]
            get["project"] = projection.map { .array($0.map(\.json)) }
            gets.append(.object(get))
        }
        guard let first else { throw Self.length("requestItems") }
        guard count <= Self.most.keys else { throw .validation("Too many items requested for the BatchGetItem call") }
        self.init(
            table: first.table,
            keyAttributes: first.key,
            makesNew: false,
            members: ["op": .string("batchGet"), "gets": .array(gets)]
        )
    }

    /// `BatchWriteItem`
    init(writes fields: ParameterFields) throws(ItemProblem) {
        var requests: [TableItemRequest] = []
        for (name, list) in try Self.tables(fields) {
            let table = try ParameterFields.tableName(name)
            guard let list = list.arrayValue else {
                throw .parameters("The value for the field '\(name)' must be an array")
            }
            guard !list.isEmpty else { throw Self.length("requestItems.\(name)") }
            for element in list { requests.append(try Self.write(element, table)) }
        }
        guard let first = requests.first else { throw Self.length("requestItems") }
        guard requests.count <= Self.most.writes else {
            throw .validation("Too many items requested for the BatchWriteItem call")
        }
        self.init(
            table: first.table,
            keyAttributes: first.attributes,
            makesNew: true,
            members: ["op": .string("batchWrite"), "writes": .array(requests.map { .object($0.members) })]
        )
    }

    private static func write(_ element: JSON, _ table: String) throws(ItemProblem) -> TableItemRequest {
        let choice = try ParameterFields(
            element,
            "RequestItems",
            required: [],
            optional: ["PutRequest", "DeleteRequest"]
        )
        switch (choice["PutRequest"], choice["DeleteRequest"]) {
        case (let put?, nil):
            let fields = try ParameterFields(put, "PutRequest", required: ["Item"], optional: [])
            let attributes = try fields.attributes("Item")
            guard ItemOperation.size(of: attributes) <= ItemOperation.largestItem else {
                throw .validation("Item size has exceeded the maximum allowed size")
            }
            return TableItemRequest("put", table: table, attributes)
        case (nil, let delete?):
            let fields = try ParameterFields(delete, "DeleteRequest", required: ["Key"], optional: [])
            return TableItemRequest("delete", table: table, try fields.attributes("Key"))
        default:
            throw .validation(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
            )
        }
    }

    /// `TransactWriteItems`
    init(transaction fields: ParameterFields) throws(ItemProblem) {
        let parts: [(name: String, action: ItemOperationName, operation: String)] = [
            ("ConditionCheck", .deleteItem, "check"), ("Put", .putItem, "put"), ("Delete", .deleteItem, "delete"),
            ("Update", .updateItem, "update"),
        ]
        var requests: [TableItemRequest] = []
        for element in try fields.list("TransactItems") {
            let choice = try ParameterFields(element, "TransactItems", required: [], optional: parts.map(\.name))
            let given = parts.filter { choice[$0.name] != nil }
            guard given.count == 1, let (name, action, operation) = given.first, let part = choice[name] else {
                throw .validation("TransactItems can only contain one of Check, Put, Update or Delete")
            }
            var required = action.requiredFields
            if name == "ConditionCheck" { required.append("ConditionExpression") }
            if name == "Update" { required.append("UpdateExpression") }
            let fields = try ParameterFields(
                part,
                name,
                required: required,
                optional: action.expressionFields + [
                    "ExpressionAttributeNames", "ExpressionAttributeValues", "ReturnValuesOnConditionCheckFailure",
                ]
            )
            requests.append(try TableItemRequest(fields, action, operation))
        }
        guard let first = requests.first else { throw Self.length("transactItems") }
        guard requests.count <= Self.most.parts else {
            throw .validation(
                "1 validation error detected: Value '[…]' at 'transactItems' failed to satisfy constraint: "
                    + "Member must have length less than or equal to \(Self.most.parts)"
            )
        }
        self.init(
            table: first.table,
            keyAttributes: first.attributes,
            makesNew: true,
            members: ["op": .string("transact"), "writes": .array(requests.map { .object($0.members) })]
        )
    }

    private static func tables(_ fields: ParameterFields) throws(ItemProblem) -> JSONObject {
        _ = try fields.choice("ReturnConsumedCapacity", among: ["INDEXES", "TOTAL", "NONE"])
        return try fields.members("RequestItems")
    }

    private static func length(_ member: String) -> ItemProblem {
        .validation(
            "1 validation error detected: Value at '\(member)' failed to satisfy constraint: "
                + "Member must have length greater than or equal to 1"
        )
    }
}
