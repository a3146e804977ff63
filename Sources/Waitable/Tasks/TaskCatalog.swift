package import StatesLanguage

/// Everything that tasks may ask for, for the check of a definition.
package struct TaskCatalog: ResourceCatalog {
    private let type: MachineType
    private let isCarriedOut: @Sendable (OutsideIntegration) -> Bool

    /// The catalogue for state machines of a type.
    ///
    /// - Parameter isCarriedOut: What there is known to be an adapter for.
    package init(
        type: MachineType = .standard,
        isCarriedOut: @Sendable @escaping (OutsideIntegration) -> Bool = { _ in false }
    ) {
        self.type = type
        self.isCarriedOut = isCarriedOut
    }

    /// Says what is wrong with a task.
    package func problem(with resource: String, parameters: JSON?) -> (field: String, reason: String)? {
        guard let integration = TaskIntegration(resource) else {
            return ItemCatalog().problem(with: resource, parameters: parameters)
        }
        if type == .express, let reason = Self.reasonAgainstExpress(integration) { return ("Resource", reason) }
        switch integration {
        case .item: return ItemCatalog().problem(with: resource, parameters: parameters)
        case .activity, .function, .outside: return nil
        case .invoke: return Self.missing(["FunctionName"], parameters)
        case .http: return Self.missing(["ApiEndpoint", "Method"], parameters)
        case .execution: return Self.missing(["StateMachineArn"], parameters)
        case .publication(let publisher, _): return Self.missing(publisher.service.requiredFields, parameters)
        }
    }

    /// Says which resources need an adapter.
    package func warning(about resource: String) -> String? {
        guard case .outside(let outside) = TaskIntegration(resource), outside.needsAdapter, !isCarriedOut(outside)
        else {
            return nil
        }
        return
            "The resource \(resource) needs an adapter, which WAITABLE_INTEGRATIONS names for workers; without one, the "
            + "task fails as \(OutsideIntegration.missing)"
    }

    /// Says which tables a task needs declared.
    package func requirement(of resource: String, parameters: JSON?) -> String? {
        ItemCatalog().requirement(of: resource, parameters: parameters)
    }

    /// What an EXPRESS machine cannot wait for, in AWS's words.
    private static func reasonAgainstExpress(_ integration: TaskIntegration) -> String? {
        if case .activity = integration { return "Express state machine does not support Activity ARN" }
        switch integration.pattern {
        case .response: return nil
        case .end, .endAsJSON: return "Express state machine does not support '.sync' service integration"
        // AWS has two spaces before what follows.
        case .token: return "Express state machine does not support '.waitForTaskToken' service integration "
        }
    }

    private static func missing(_ fields: [String], _ parameters: JSON?) -> (field: String, reason: String)? {
        // Anything but an object is computed when the task runs.
        guard let given = (parameters ?? .object([:])).objectValue else { return nil }
        for field in fields where given[field] == nil && given[field + ".$"] == nil {
            return ("Parameters", "The field '\(field)' is required but was missing")
        }
        return nil
    }
}
