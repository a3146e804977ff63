import JSONValues

extension TableOperation {
    /// A query or a scan.
    init(page fields: ParameterFields, _ action: ItemOperationName) throws(ItemProblem) {
        let table = try fields.table()
        if let index = try fields.text("IndexName") {
            throw .validation("The table does not have the specified index: \(index)")
        }
        _ = try fields.choice("ReturnConsumedCapacity", among: ["INDEXES", "TOTAL", "NONE"])
        _ = try fields.flag("ConsistentRead")
        var members: JSONObject = ["op": .string(action.rawValue), "table": .string(table)]
        var keyAttributes: [Spelling: AttributeValue] = [:]
        if fields["ExclusiveStartKey"] != nil {
            let key = try fields.attributes("ExclusiveStartKey")
            members["from"] = key.json
            keyAttributes = key.byName
        }
        members["limit"] = try fields.integer("Limit", from: 1).map(JSON.integer)

        var placeholders = try Placeholders(
            names: fields["ExpressionAttributeNames"],
            values: fields["ExpressionAttributeValues"]
        )
        if action == .query {
            guard let condition = try placeholders.condition("KeyConditionExpression", fields) else {
                throw .validation(
                    "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
                )
            }
            let conditions = try condition.keyConditions()
            members["conditions"] = .array(conditions.map(\.json))
            for case (let name, let value?) in conditions.map(\.keyValues) { keyAttributes[Spelling(name)] = value }
            if try fields.flag("ScanIndexForward") == false { members["backward"] = .bool(true) }
        } else {
            members["segment"] = try Self.segment(fields)
        }
        members["filter"] = try placeholders.condition("FilterExpression", fields)?.json
        let projection = try placeholders.projection(fields)
        members["project"] = projection.map { .array($0.map(\.json)) }
        try placeholders.checkUse(in: action.expressionFields) { fields[$0] != nil }
        if try Self.counts(fields, isProjected: projection != nil) { members["counts"] = .bool(true) }
        self.init(table: table, keyAttributes: keyAttributes, makesNew: false, members: members)
    }

    /// Whether only a number is asked for, by `Select`.
    private static func counts(_ fields: ParameterFields, isProjected: Bool) throws(ItemProblem) -> Bool {
        let select = try fields.choice(
            "Select",
            among: ["SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"]
        )
        switch select ?? "" {
        case "ALL_PROJECTED_ATTRIBUTES":
            throw .validation(
                "One or more parameter values were invalid: "
                    + "Select type ALL_PROJECTED_ATTRIBUTES is not supported without an IndexName"
            )
        case "SPECIFIC_ATTRIBUTES" where !isProjected:
            throw .validation(
                "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
            )
        case "COUNT" where isProjected, "ALL_ATTRIBUTES" where isProjected:
            let choice = select == "COUNT" ? "only the Count" : "ALL_ATTRIBUTES"
            throw .validation("Cannot specify the ProjectionExpression when choosing to get \(choice)")
        default: return select == "COUNT"
        }
    }

    /// The most segments of a scan, as DynamoDB has it.
    private static let mostSegments: Int64 = 1_000_000

    /// `[Segment, TotalSegments]`; `nil` for a scan of the whole table.
    private static func segment(_ fields: ParameterFields) throws(ItemProblem) -> JSON? {
        let segment = try fields.integer("Segment", from: 0)
        let total = try fields.integer("TotalSegments", from: 1)
        switch (segment, total) {
        case (nil, nil): return nil
        case (let segment?, let total?):
            guard total <= mostSegments else {
                throw .validation(
                    "1 validation error detected: Value '\(total)' at 'totalSegments' failed to satisfy constraint: "
                        + "Member must have value less than or equal to \(mostSegments)"
                )
            }
            guard segment < total else {
                throw .validation(
                    "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
                        + "Segment: \(segment) is not less than TotalSegments: \(total)"
                )
            }
            return .array([.integer(segment), .integer(total)])
        case (nil, _):
            throw .validation(
                "The Segment parameter is required but was not present in the request when TotalSegments parameter is present"
            )
        case (_, nil):
            throw .validation(
                "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
            )
        }
    }
}
