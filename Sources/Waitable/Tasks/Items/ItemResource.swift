/// A task's resource that names an operation on items.
struct ItemResource: Sendable, Equatable {
    var integration: ItemIntegration
    var action: ItemOperationName

    /// Reads `arn:aws:states:::dynamodb:putItem` and its like, with or without a region and an account; `nil` for other
    /// resources.
    init?(_ arn: String) {
        guard let resource = ServiceResource(arn), let action = ItemOperationName(rawValue: resource.operation),
            let integration = ItemIntegration(rawValue: resource.service),
            // As on AWS, the optimised integration has no others.
            integration == .sdk || action.isAboutOneItem
        else { return nil }
        self.integration = integration
        self.action = action
    }
}
