extension Right {
    /// The right that an operation of the Step Functions API needs. What is neither a start nor a look, known or not,
    /// needs `manage`: an operation that is added later is not open to more callers than it should be.
    init(operation: String) {
        if operation.hasPrefix("Start") {
            self = .start
        } else if operation != "GetActivityTask",
            ["Describe", "List", "Get", "Validate"].contains(where: { operation.hasPrefix($0) })
        {
            self = .read
        } else {
            self = .manage
        }
    }
}
