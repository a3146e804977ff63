package import StatesLanguage

/// Everything that tasks may ask for, for the check of a definition.
package struct TaskCatalog: ResourceCatalog {
    private let type: MachineType

    /// The catalogue for state machines of a type.
    package init(type: MachineType = .standard) { self.type = type }

    /// Says what is wrong with a task.
    package func problem(with resource: String, parameters: JSON?) -> (field: String, reason: String)? {
        guard let integration = TaskIntegration(resource) else {
            // AWS's services are many, and a definition that names one may never come to it: its task fails.
            if Self.isOfSDK(resource) { return nil }
            return ItemCatalog().problem(with: resource, parameters: parameters)
        }
        if type == .express, let reason = Self.reasonAgainstExpress(integration) { return ("Resource", reason) }
        switch integration {
        case .item: return ItemCatalog().problem(with: resource, parameters: parameters)
        case .activity, .function: return nil
        case .invoke: return Self.missing(["FunctionName"], parameters)
        case .http: return Self.missing(["ApiEndpoint", "Method"], parameters)
        case .execution: return Self.missing(["StateMachineArn"], parameters)
        case .publication(let publisher, _): return Self.missing(publisher.service.requiredFields, parameters)
        }
    }

    /// Says which operations of AWS's SDK there is nothing for.
    package func warning(about resource: String) -> String? {
        guard TaskIntegration(resource) == nil, Self.isOfSDK(resource) else { return nil }
        return
            "The resource \(resource) is not supported by this version; the task fails as Waitable.ResourceNotSupported"
    }

    /// Says which tables a task needs declared.
    package func requirement(of resource: String, parameters: JSON?) -> String? {
        ItemCatalog().requirement(of: resource, parameters: parameters)
    }

    /// Whether a resource is spelled like an operation of AWS's SDK: `arn:aws:states:::aws-sdk:SERVICE:OPERATION`.
    private static func isOfSDK(_ resource: String) -> Bool {
        let sdk = "aws-sdk:"
        guard let named = ServiceResource(resource), named.service.hasPrefix(sdk), named.service != sdk,
            named.service != ItemIntegration.sdk.rawValue
        else { return false }
        let operation = named.operation.split(separator: ".", maxSplits: 1)
        return operation.first?.first?.isLowercase ?? false
            && operation.dropFirst().allSatisfy { $0 == "waitForTaskToken" }
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
