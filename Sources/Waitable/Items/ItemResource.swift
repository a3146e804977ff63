/// A task's resource that names an operation on items.
struct ItemResource: Sendable, Equatable {
    var integration: ItemIntegration
    var action: ItemAction

    /// Reads `arn:aws:states:::dynamodb:putItem` and its like; `nil` for other resources.
    init?(_ arn: String) {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 7, parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "states", parts[3].isEmpty,
            parts[4].isEmpty, let action = ItemAction(rawValue: String(parts[parts.count - 1])),
            let integration = ItemIntegration(rawValue: parts[5..<parts.count - 1].joined(separator: ":"))
        else { return nil }
        self.integration = integration
        self.action = action
    }
}
