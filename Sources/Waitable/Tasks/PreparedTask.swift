import StatesLanguage

/// What is known of a Task state before any execution comes to it. A class, since each task looks its own up.
final class PreparedTask: Sendable {
    /// What its `Resource` names; `nil` for one that there is nothing for.
    let integration: TaskIntegration?
    /// Its write, where only texts in it depend on the execution.
    let write: PreparedWrite?

    init(_ task: TaskDefinition, keyAttributes: KeyAttributes) {
        integration = TaskIntegration(task.resource)
        write =
            if case .item(let resource) = integration {
                PreparedWrite(resource.action, task.payload, keyAttributes: keyAttributes)
            } else {
                nil
            }
    }
}
