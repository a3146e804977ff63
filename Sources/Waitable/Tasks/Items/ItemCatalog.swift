package import StatesLanguage

/// A table that has to be declared.
package struct TableNeed: Sendable, Equatable {
    /// Its name; `nil` where several are meant.
    package let name: String?
    /// The command that declares it.
    package let command: String
}

/// The operations on items, for the check of a definition.
package struct ItemCatalog: ResourceCatalog {
    /// The catalogue of `arn:aws:states:::dynamodb:` and `arn:aws:states:::aws-sdk:dynamodb:` operations.
    package init() {}

    /// Whether a task's resource is an operation on items.
    package func contains(_ resource: String) -> Bool { ItemResource(resource) != nil }

    /// Says what is wrong with a task.
    ///
    /// - Parameters:
    ///   - resource: The task's `Resource`.
    ///   - parameters: Its `Parameters` or `Arguments` as written in the definition.
    /// - Returns: The field and the reason in Step Functions' words, or `nil` for a task that can be carried out.
    package func problem(with resource: String, parameters: JSON?) -> (field: String, reason: String)? {
        guard let action = ItemResource(resource)?.action else {
            return (
                "Resource",
                "The resource provided \(resource) is not recognized. The value is not a valid resource ARN, "
                    + "or the resource is not available in this region."
            )
        }
        let field = "Parameters"
        // Anything but an object is computed when the task runs.
        guard let fields = (parameters ?? .object([:])).objectValue else { return nil }
        let names = fields.keys.map { $0.without(suffix: ".$") ?? $0 }
        for name in action.requiredFields where !names.contains(name) {
            return (field, "The field '\(name)' is required but was missing")
        }
        for name in names where !action.requiredFields.contains(name) && !action.optionalFields.contains(name) {
            let hint = ItemOperationName.legacyFields.contains(name) ? "; use an expression" : ""
            return (field, "The field '\(name)' is not supported\(hint)")
        }
        return nil
    }

    /// Says which table a task needs declared, and how.
    package func requirement(of resource: String, parameters: JSON?) -> String? {
        guard let table = table(of: resource, parameters: parameters) else { return nil }
        let what = table.name.map { "the table '\($0)' is" } ?? "its tables are"
        return "The task fails unless \(what) declared: \(table.command)"
    }

    /// The table that a task needs declared: one that nobody has declared has the key `Id`, and no queries. `nil` for none.
    func table(of resource: String, parameters: JSON?) -> TableNeed? {
        guard let action = ItemResource(resource)?.action, let fields = parameters?.objectValue else { return nil }
        var keys = ["NAME:TYPE"]
        switch action {
        case .query, .scan: break
        case .batchGetItem, .batchWriteItem, .transactWriteItems:
            return TableNeed(name: nil, command: Self.command("TABLE", keys))
        case .putItem:
            guard let item = fields["Item"]?.objectValue, !Self.hasID(item) else { return nil }
        case .getItem, .updateItem, .deleteItem:
            guard let key = fields["Key"]?.objectValue, !key.isEmpty, key.count > 1 || !Self.hasID(key) else {
                return nil
            }
            keys = key.map { name, value in
                // `S`, and `S.$` where the value is a path's.
                let type = value.objectValue?.keys.first.map { $0.without(suffix: ".$") ?? $0 } ?? "TYPE"
                return "\(name):\(type)"
            }
        }
        let table = fields["TableName"]?.stringValue ?? "TABLE"
        return TableNeed(name: table, command: Self.command(table, keys))
    }

    /// Whether attributes have the key of a table that nobody has declared; names may differ in case.
    private static func hasID(_ attributes: JSONObject) -> Bool {
        attributes.keys.contains { $0.lowercased() == "id" }
    }

    /// The command that declares a table.
    private static func command(_ table: String, _ keys: [String]) -> String {
        let sort = keys.dropFirst().map { " --sort-key \($0)" }.joined()
        return "waitable table create \(table) --partition-key \(keys[0])\(sort)"
    }
}
