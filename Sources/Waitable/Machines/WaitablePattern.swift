import StatesLanguage

/// What a machine that follows the waitable pattern does to its item: it puts it with one status, waits, and updates it
/// to another.
package struct WaitablePattern: Sendable, Equatable {
    /// The item's status attribute.
    package static let attribute = "ProcessStatus"
    /// The status that the item is put with, before the wait.
    package var first: String
    /// The status that it ends with.
    package var last: String

    /// Reads the pattern off a definition.
    ///
    /// - Parameter table: The table of the items.
    /// - Returns: `nil` for a machine that does anything else too: one that branches, catches, waits for something, or
    ///   writes its item on a condition. Nothing can be said of its items from outside.
    package init?(definition: String, table: String) {
        guard let machine = try? JSON(parsing: definition).objectValue, let states = machine["States"]?.objectValue
        else {
            return nil
        }
        var name = machine["StartAt"]?.stringValue
        var seen: Set<Spelling> = []
        var first: String?
        var last: String?
        var waits = false
        while let current = name, seen.insert(current).inserted {
            guard let state = states[current]?.objectValue, state["Catch"] == nil else { return nil }
            switch state["Type"]?.stringValue {
            case "Wait": waits = waits || first != nil
            case "Pass", "Succeed": break
            case "Task":
                guard let write = ItemWrite(state, table: table) else { return nil }
                switch write {
                case .put(let status) where first == nil && !waits: first = status
                case .update(let status?) where waits: last = status
                case .update(nil): break
                default: return nil
                }
            default: return nil
            }
            name = state["Next"]?.stringValue
        }
        guard let first, let last, name == nil, first != last else { return nil }
        self.first = first
        self.last = last
    }
}

/// A task's unconditional write to the item that the input's `Id` names.
private enum ItemWrite {
    case put(String)
    /// The status that it sets, if it sets one.
    case update(String?)

    init?(_ state: JSONObject, table: String) {
        guard let resource = state["Resource"]?.stringValue.flatMap(ItemResource.init),
            let parameters = state["Parameters"]?.objectValue, parameters["TableName"]?.stringValue == table,
            parameters["ConditionExpression"] == nil
        else { return nil }
        let attribute = WaitablePattern.attribute
        func key(_ field: String) -> String? {
            parameters[field]?.objectValue?["Id"]?.objectValue?["S.$"]?.stringValue
        }
        switch resource.action {
        case .putItem:
            guard key("Item") == "$.Id",
                let status = parameters["Item"]?.objectValue?[attribute]?.objectValue?["S"]?.stringValue
            else { return nil }
            self = .put(status)
        case .updateItem:
            guard key("Key") == "$.Id", let expression = parameters["UpdateExpression"]?.stringValue else { return nil }
            guard expression.contains(attribute) else {
                // A name in place of the attribute's own could stand for it.
                if parameters["ExpressionAttributeNames"] != nil { return nil }
                self = .update(nil)
                return
            }
            guard let placeholder = expression.firstMatch(of: /\bProcessStatus\s*=\s*(:\w+)/)?.1,
                let values = parameters["ExpressionAttributeValues"]?.objectValue,
                let status = values[String(placeholder)]?.objectValue?["S"]?.stringValue
            else { return nil }
            self = .update(status)
        case .getItem, .deleteItem, .query, .scan, .batchGetItem, .batchWriteItem, .transactWriteItems:
            return nil
        }
    }
}
