import StatesLanguage

/// What the tasks of tested states may ask for: with a mock in its place, every operation of every service.
struct MockedTaskCatalog: ResourceCatalog {
    func problem(with resource: String, parameters: JSON?) -> (field: String, reason: String)? {
        if TaskIntegration(resource) == nil, let named = ServiceResource(resource), !named.operation.isEmpty {
            return nil
        }
        return TaskCatalog().problem(with: resource, parameters: parameters)
    }
}
