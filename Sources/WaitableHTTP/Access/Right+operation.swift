extension Right {
    /// The right that an operation of the Step Functions API needs. Who may start executions may also carry out their
    /// tasks. What is neither that nor a look, known or not, needs `manage`: an operation that is added later is not open to
    /// more callers than it should be.
    init(operation: String) {
        if operation.hasPrefix("Start") || operation.hasPrefix("SendTask") || operation == "GetActivityTask" {
            self = .start
        } else if ["Describe", "List", "Get", "Validate", "TestState"].contains(where: { operation.hasPrefix($0) }) {
            self = .read
        } else {
            self = .manage
        }
    }
}
