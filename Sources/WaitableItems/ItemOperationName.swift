/// The operations on items that a state machine can ask for.
package enum ItemOperationName: String, Sendable, CaseIterable {
    case putItem
    case updateItem
    case getItem
    case deleteItem

    /// The parameters that the operation must have.
    package var requiredFields: [String] { shape.required }

    /// The other parameters that the operation takes.
    package var optionalFields: [String] { shape.optional }

    /// The parameters that hold expressions.
    var expressionFields: [String] { shape.expressions }

    /// The values that `ReturnValues` may have.
    var returnValues: [String] { shape.returnValues }

    private var shape: ItemOperationShape {
        switch self {
        case .putItem: .put
        case .updateItem: .update
        case .getItem: .get
        case .deleteItem: .delete
        }
    }

    /// Parameters that DynamoDB keeps for old callers; expressions have replaced them.
    package static let legacyFields = ["AttributesToGet", "AttributeUpdates", "ConditionalOperator", "Expected"]
}

/// The parameters of an operation.
private struct ItemOperationShape {
    let required: [String]
    let optional: [String]
    let expressions: [String]
    let returnValues: [String]

    private init(_ required: String, _ expressions: [String], _ optional: [String], returns returnValues: [String]) {
        self.required = [required, "TableName"]
        self.optional = expressions + ["ExpressionAttributeNames"] + optional
        self.expressions = expressions
        self.returnValues = returnValues
    }

    private static let writes = [
        "ExpressionAttributeValues", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics", "ReturnValues",
        "ReturnValuesOnConditionCheckFailure",
    ]

    static let put = Self("Item", ["ConditionExpression"], writes, returns: ["NONE", "ALL_OLD"])
    static let delete = Self("Key", ["ConditionExpression"], writes, returns: ["NONE", "ALL_OLD"])
    static let update = Self(
        "Key",
        ["UpdateExpression", "ConditionExpression"],
        writes,
        returns: ["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"]
    )
    static let get = Self(
        "Key",
        ["ProjectionExpression"],
        ["ConsistentRead", "ReturnConsumedCapacity"],
        returns: ["NONE"]
    )
}
