package import StatesLanguage

/// A call to something outside that a task asked for. The worker that commits the step makes it, once; where
/// that one dies, the task fails, and its state's `Retry` decides whether there is another one.
package struct OutsideCall: Sendable, Equatable {
    /// What is called.
    package enum Target: Sendable, Equatable {
        /// A function by its ARN or name, with the payload's text, and whether the output tells of the exchange:
        /// `lambda:invoke`.
        case function(name: String, payload: String, isWrapped: Bool)
        /// `http:invoke` with its parameters.
        case http(JSONObject)
        /// An adapter, for a service that is not run here.
        case integration(IntegrationRequest)
        /// A place that a map run reads items from, or writes results to.
        case transfer(TransferRequest)
    }

    /// The execution.
    package var key: ExecutionKey
    /// The task's id in it.
    package var task: Int
    /// What is called.
    package var target: Target
    /// When its task was begun.
    package var date: Instant
    /// The execution's ARN and the task's id, and the number of a poll: another with each retry, and each time that it is asked
    /// after.
    package var idempotencyKey: String
    /// After how many seconds the task is given up; `nil` for never.
    package var timeoutSeconds: Int?
    /// Whether the task goes on until it is answered by its token: then the call's own answer is not the task's.
    package var waitsForToken: Bool

    /// Whether its answer may tell of a job that goes on.
    package var mayBeginJob: Bool {
        guard case .integration(let request) = target else { return false }
        return request.integration.isFollowed && request.integration.needsAdapter && request.poll == nil
    }
}
