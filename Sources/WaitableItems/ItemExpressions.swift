import JSONValues

/// What the parameters of an operation on one item say beside its key.
struct ItemExpressions {
    let returnValues: String
    private(set) var condition: ConditionExpression?
    /// Empty where there is none.
    private(set) var update = Update()
    /// The wanted parts; `nil` for all.
    private(set) var projection: [DocumentPath]?

    /// Reads and checks them.
    init(_ fields: ParameterFields, _ action: ItemOperationName) throws(ItemProblem) {
        returnValues = try fields.choice("ReturnValues", among: action.returnValues) ?? "NONE"
        _ = try fields.choice("ReturnValuesOnConditionCheckFailure", among: ["NONE", "ALL_OLD"])
        _ = try fields.choice("ReturnConsumedCapacity", among: ["INDEXES", "TOTAL", "NONE"])
        _ = try fields.choice("ReturnItemCollectionMetrics", among: ["SIZE", "NONE"])
        _ = try fields.flag("ConsistentRead")

        var placeholders = try Placeholders(
            names: fields["ExpressionAttributeNames"],
            values: fields["ExpressionAttributeValues"]
        )
        if let text = try fields.text("UpdateExpression") {
            var parser = try ExpressionParser(text, label: "UpdateExpression", placeholders: placeholders)
            update = try parser.update()
            placeholders = parser.placeholders
        }
        condition = try placeholders.condition("ConditionExpression", fields)
        projection = try placeholders.projection(fields)
        try placeholders.checkUse(in: action.expressionFields) { fields[$0] != nil }
    }
}

extension Placeholders {
    /// Reads a parameter that is a condition, and notes what it uses; `nil` where it is not given.
    mutating func condition(_ label: String, _ fields: ParameterFields) throws(ItemProblem) -> ConditionExpression? {
        guard let text = try fields.text(label) else { return nil }
        var parser = try ExpressionParser(text, label: label, placeholders: self)
        let condition = try parser.condition()
        self = parser.placeholders
        return condition
    }

    /// Reads `ProjectionExpression`, and notes what it uses; `nil` where it is not given.
    mutating func projection(_ fields: ParameterFields) throws(ItemProblem) -> [DocumentPath]? {
        guard let text = try fields.text("ProjectionExpression") else { return nil }
        var parser = try ExpressionParser(text, label: "ProjectionExpression", placeholders: self)
        let projection = try parser.projection()
        self = parser.placeholders
        return projection
    }
}
