/// What a task names, taken apart for its history events.
struct TaskResource: Sendable, Equatable {
    /// As written: `arn:aws:states:::dynamodb:putItem`.
    let arn: String
    /// The operation with what is behind it: `putItem`, `startExecution.sync:2`.
    let operation: String
    /// The service: `dynamodb`, `aws-sdk:dynamodb`; empty for a resource that is no integration's.
    let service: String

    /// What its history events are called after.
    let kind: Kind
    /// Whether the task goes on until somebody answers by its token.
    let waitsForToken: Bool

    /// What kinds of resources there are.
    enum Kind: String, Sendable {
        /// `arn:aws:states:::SERVICE:OPERATION`
        case integration = "Task"
        /// `arn:aws:states:REGION:ACCOUNT:activity:NAME`
        case activity = "Activity"
        /// `arn:aws:lambda:REGION:ACCOUNT:function:NAME`
        case function = "LambdaFunction"
    }

    init(_ arn: String) {
        self.arn = arn
        waitsForToken = arn.hasSuffix(".waitForTaskToken")
        let words = arn.split(separator: ":", omittingEmptySubsequences: false)
        kind =
            words.count > 5 && words[2] == "lambda"
            ? .function : words.count > 5 && words[5] == "activity" ? .activity : .integration
        let parts = arn.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false)
        guard parts.count == 7, parts[2] == "states" else {
            operation = arn
            service = ""
            return
        }
        if parts[5] == "aws-sdk", let colon = parts[6].firstIndex(of: ":") {
            service = "aws-sdk:" + parts[6][..<colon]
            operation = String(parts[6][parts[6].unicodeScalars.index(after: colon)...])
        } else {
            service = String(parts[5])
            operation = String(parts[6])
        }
    }
}
