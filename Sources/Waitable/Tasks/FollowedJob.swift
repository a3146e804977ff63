package import StatesLanguage

/// A job that an adapter follows, as it is kept for when nobody waits for it any more: `{"resource", "state", "attempt", "poll",
/// "job"}`, the last one what the adapter has said of it.
package struct FollowedJob: Sendable {
    private let integration: OutsideIntegration
    private let state: String
    private let attempt: Int
    private let number: Int
    private let job: String

    /// The job that a request has begun.
    package init(_ request: IntegrationRequest, _ poll: TaskPoll) {
        integration = request.integration
        state = request.state
        attempt = request.attempt
        number = poll.number
        job = poll.state
    }

    init(_ integration: OutsideIntegration, _ task: FollowedTask) {
        self.integration = integration
        state = task.state
        attempt = task.attempt
        number = task.poll.number
        job = task.poll.state
    }

    /// Reads ``text``; `nil` where it is none.
    package init?(_ text: String) {
        guard let object = (try? JSON(parsing: text))?.objectValue,
            let integration = OutsideIntegration(object["resource"]?.stringValue ?? ""),
            let state = object["state"]?.stringValue, let attempt = object["attempt"]?.countValue,
            let number = object["poll"]?.countValue, let job = object["job"]?.stringValue
        else { return nil }
        self.integration = integration
        self.state = state
        self.attempt = attempt
        self.number = number
        self.job = job
    }

    /// The stored form, without a line's end.
    package var text: String {
        JSON.object([
            "resource": .string(integration.resource), "state": .string(state), "attempt": .integer(Int64(attempt)),
            "poll": .integer(Int64(number)), "job": .string(job),
        ]).text
    }

    /// The call that has the adapter stop it.
    package func cancellation(ofTask task: Int, of key: ExecutionKey, arn: ARN) -> OutsideCall {
        let now = Instant(milliseconds: 0)
        let request = IntegrationRequest(
            integration: integration,
            state: state,
            attempt: attempt,
            parameters: .null,
            arn: arn,
            poll: TaskPoll(number: number, pause: 0, failures: TaskPoll.mostFailures, state: job, at: now),
            isGivenUp: true
        )
        return OutsideCall(
            key: key,
            task: task,
            target: .integration(request),
            date: now,
            idempotencyKey: "\(arn.execution(key)):\(task):cancel",
            timeoutSeconds: nil,
            waitsForToken: false
        )
    }
}
