/// What a definition's tasks may ask for.
public protocol ResourceCatalog: Sendable {
    /// Says what is wrong with a task.
    ///
    /// - Parameters:
    ///   - resource: The task's `Resource`.
    ///   - parameters: Its `Parameters` as written, paths and all.
    /// - Returns: The field (`Resource`, or one within `Parameters`) and the reason; `nil` for a task that can be run.
    func problem(with resource: String, parameters: JSON?) -> (field: String, reason: String)?

    /// Says why a task that has no problem would fail all the same; `nil` where it need not.
    ///
    /// - Parameter resource: The task's `Resource`.
    func warning(about resource: String) -> String?

    /// Says what a task needs beside the definition; `nil` for nothing.
    ///
    /// - Parameters:
    ///   - resource: The task's `Resource`.
    ///   - parameters: Its `Parameters` as written.
    func requirement(of resource: String, parameters: JSON?) -> String?
}

extension ResourceCatalog {
    /// Nothing to warn of.
    public func warning(about resource: String) -> String? { nil }

    /// Nothing that is needed.
    public func requirement(of resource: String, parameters: JSON?) -> String? { nil }
}
