package import StatesLanguage

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
}
