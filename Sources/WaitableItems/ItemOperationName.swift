/// The operations on items that a state machine can ask for.
package enum ItemOperationName: String, Sendable, CaseIterable {
    case putItem
    case updateItem
    case getItem
    case deleteItem
    case query
    case scan
    case batchGetItem
    case batchWriteItem
    case transactWriteItems

    /// Whether it is about one item. The others need a declared table.
    package var isAboutOneItem: Bool {
        switch self {
        case .putItem, .updateItem, .getItem, .deleteItem: true
        case .query, .scan, .batchGetItem, .batchWriteItem, .transactWriteItems: false
        }
    }

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
        case .query: .query
        case .scan: .scan
        case .batchGetItem: .batchGet
        case .batchWriteItem: .batchWrite
        case .transactWriteItems: .transact
        }
    }

    /// Parameters that DynamoDB keeps for old callers; expressions have replaced them.
    package static let legacyFields = [
        "AttributesToGet", "AttributeUpdates", "ConditionalOperator", "Expected", "KeyConditions", "QueryFilter",
        "ScanFilter",
    ]
}

/// The parameters of an operation.
private struct ItemOperationShape {
    let required: [String]
    let optional: [String]
    let expressions: [String]
    let returnValues: [String]

    private init(
        _ required: String...,
        expressions: [String],
        _ optional: [String],
        returns returnValues: [String] = ["NONE"]
    ) {
        self.required = required
        self.optional = expressions + optional
        self.expressions = expressions
        self.returnValues = returnValues
    }

    private static let writes = [
        "ExpressionAttributeNames", "ExpressionAttributeValues", "ReturnConsumedCapacity",
        "ReturnItemCollectionMetrics", "ReturnValues",
        "ReturnValuesOnConditionCheckFailure",
    ]

    private static let pages = [
        "ConsistentRead", "ExclusiveStartKey", "ExpressionAttributeNames", "ExpressionAttributeValues", "IndexName",
        "Limit",
        "ReturnConsumedCapacity", "Select",
    ]
    private static let condition = ["ConditionExpression"]

    static let put = Self("Item", "TableName", expressions: condition, writes, returns: ["NONE", "ALL_OLD"])
    static let delete = Self("Key", "TableName", expressions: condition, writes, returns: ["NONE", "ALL_OLD"])
    static let update = Self(
        "Key",
        "TableName",
        expressions: ["UpdateExpression", "ConditionExpression"],
        writes,
        returns: ["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"]
    )
    static let get = Self(
        "Key",
        "TableName",
        expressions: ["ProjectionExpression"],
        ["ConsistentRead", "ExpressionAttributeNames", "ReturnConsumedCapacity"]
    )
    static let query = Self(
        "TableName",
        expressions: ["KeyConditionExpression", "FilterExpression", "ProjectionExpression"],
        pages + ["ScanIndexForward"]
    )
    static let scan = Self(
        "TableName",
        expressions: ["FilterExpression", "ProjectionExpression"],
        pages + ["Segment", "TotalSegments"]
    )
    static let batchGet = Self("RequestItems", expressions: [], ["ReturnConsumedCapacity"])
    static let batchWrite = Self(
        "RequestItems",
        expressions: [],
        ["ReturnConsumedCapacity", "ReturnItemCollectionMetrics"]
    )
    static let transact = Self(
        "TransactItems",
        expressions: [],
        ["ClientRequestToken", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"]
    )
}
