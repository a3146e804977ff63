package import StatesLanguage

/// Something outside a definition that a task of it needs.
package enum TaskNeed: Sendable, Equatable {
    /// An adapter for a resource.
    case adapter(OutsideIntegration)
    /// A function, by its name or ARN; `nil` for whichever the data says.
    case function(String?)
    /// The host of a URL; `nil` for whichever the data says.
    case host(url: String?)
    /// An activity, with workers of it.
    case activity(String)
    /// A table that has to be declared.
    case table(TableNeed)
    /// A state machine, by its ARN; `nil` for whichever the data says.
    case machine(String?)
    /// A place for a bucket; `nil` for whichever the data says.
    case bucket(String?)
}

extension StateMachine {
    /// What its tasks need, each once, by the names of the states.
    package var needs: [TaskNeed] {
        var needs: [TaskNeed] = []
        for task in tasks.sorted(by: { Spelling($0.state) < Spelling($1.state) }) {
            guard let need = TaskNeed(task), !needs.contains(need) else { continue }
            needs.append(need)
        }
        for bucket in buckets where !needs.contains(.bucket(bucket)) { needs.append(.bucket(bucket)) }
        return needs
    }
}

extension TaskNeed {
    fileprivate init?(_ task: TaskDefinition) {
        // What is looked up is null here.
        let values = Array(repeating: JSON.null, count: task.payload.valueCount)
        let parameters = task.payload.filled(with: values)
        func given(_ field: String) -> String? { parameters.objectValue?[field]?.stringValue }
        switch TaskIntegration(task.resource) {
        case .outside(let outside) where outside.needsAdapter: self = .adapter(outside)
        case .outside(let outside) where outside.action.hasPrefix("start"): self = .machine(given("StateMachineArn"))
        case .function(let arn): self = .function(arn)
        case .invoke: self = .function(given("FunctionName"))
        case .http: self = .host(url: given("ApiEndpoint"))
        case .activity(let name): self = .activity(name)
        case .execution: self = .machine(given("StateMachineArn"))
        case .item:
            guard let table = ItemCatalog().table(of: task.resource, parameters: parameters) else { return nil }
            self = .table(table)
        case .outside, .publication, nil: return nil
        }
    }
}
