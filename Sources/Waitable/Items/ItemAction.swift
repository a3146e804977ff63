/// The operations on items that a state machine can ask for.
enum ItemAction: String, Sendable, CaseIterable {
    case putItem
    case updateItem
    case getItem
    case deleteItem

    /// The parameters that the operation must have.
    var requiredFields: [String] {
        self == .putItem ? ["Item", "TableName"] : ["Key", "TableName"]
    }

    /// The other parameters that the operation takes.
    var optionalFields: [String] {
        let expressions = ["ExpressionAttributeNames"]
        let writes = [
            "ConditionExpression", "ExpressionAttributeValues", "ReturnConsumedCapacity",
            "ReturnItemCollectionMetrics", "ReturnValues", "ReturnValuesOnConditionCheckFailure",
        ]
        return switch self {
        case .putItem, .deleteItem: expressions + writes
        case .updateItem: expressions + writes + ["UpdateExpression"]
        case .getItem: expressions + ["ConsistentRead", "ProjectionExpression", "ReturnConsumedCapacity"]
        }
    }

    /// Parameters that DynamoDB keeps for old callers; expressions have replaced them.
    static let legacyFields = ["AttributesToGet", "AttributeUpdates", "ConditionalOperator", "Expected"]

    /// The values that `ReturnValues` may have.
    var returnValues: [String] {
        switch self {
        case .putItem, .deleteItem: ["NONE", "ALL_OLD"]
        case .updateItem: ["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"]
        case .getItem: ["NONE"]
        }
    }
}
