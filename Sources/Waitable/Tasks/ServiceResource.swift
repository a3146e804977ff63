/// A task's resource that names an operation of a service: `arn:aws:states:::SERVICE:OPERATION`, or the same with a region
/// and an account.
struct ServiceResource {
    /// `dynamodb`, or `aws-sdk:dynamodb`.
    let service: String
    /// With the pattern behind it: `startExecution.sync:2`.
    let operation: String

    /// Reads a resource; `nil` for another one.
    init?(_ arn: String) {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard (7...8).contains(parts.count), parts[0] == "arn", parts[1].hasPrefix("aws"), parts[2] == "states",
            parts[3].isEmpty == parts[4].isEmpty
        else { return nil }
        let isSDK = parts[5] == "aws-sdk"
        guard !isSDK || parts.count == 8 else { return nil }
        service = parts[isSDK ? 5...6 : 5...5].joined(separator: ":")
        operation = parts[(isSDK ? 7 : 6)...].joined(separator: ":")
    }
}
