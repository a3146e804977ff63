/// A Task state as its definition has it.
public struct TaskDefinition: Sendable {
    /// The state's name, which no other state of the machine has.
    public let state: String
    /// The `Resource`.
    public let resource: String
    /// What the parameters of all its tasks have in common.
    public let payload: PayloadShape
}
