import NIOCore

/// The requests that a connection's server owes replies for, oldest first.
///
/// Pure state: it says what is to be done, and its owner does it. A request stays until its replies have come, also
/// when its caller is gone.
struct RequestQueue {
    /// What the passing of time asks for.
    struct Expiry {
        /// Callers whose time is over.
        var waiters: [Request.Waiter] = []
        /// When to look again.
        var next: NIODeadline?
        /// Whether the server owes a reply for so long that it is taken for dead.
        var isServerDead = false
    }

    private var requests: CircularBuffer<Request> = []
    /// Those that have come of the first request's.
    private var replies: [RedisValue] = []
    private let patience: TimeAmount

    /// - Parameter patience: How long a server may owe a reply.
    init(patience: TimeAmount) { self.patience = patience }

    var isEmpty: Bool { requests.isEmpty }

    /// An error among the replies that have come of the first request's.
    var refusal: RedisServerError? {
        replies.lazy.compactMap { reply in if case .error(let error) = reply { error } else { nil } }.first
    }

    /// Adds a request that is being written.
    ///
    /// - Returns: When ``expire(at:)`` is due for it.
    mutating func append(_ request: Request) -> NIODeadline {
        requests.append(request)
        return min(request.deadline, request.written + patience)
    }

    /// Takes a reply.
    ///
    /// - Returns: The request, and its replies, where this was the last of them; `nil` where more have to come.
    /// - Throws: Where nothing was asked, or something else.
    mutating func take(_ reply: RedisValue) throws(RedisError) -> (request: Request, replies: [RedisValue])? {
        guard !requests.isEmpty else {
            throw RedisError(.outcomeUnknown, "the server answered something that was not asked")
        }
        replies.append(reply)
        // Not by the subscript, which copies the whole request for each of its replies.
        let expected = requests.modify(requests.startIndex) { $0.replies }
        guard replies.count == expected else { return nil }
        defer { replies = [] }
        let request = requests.removeFirst()
        guard request.isAnswered(by: replies) else {
            throw RedisError(.outcomeUnknown, "the server's replies are out of step with its commands")
        }
        return (request, replies)
    }

    /// The caller to be told that it waits no more; `nil` where it does not wait.
    mutating func abandon(_ ticket: Request.Ticket) -> Request.Waiter? {
        requests.firstIndex { $0.ticket === ticket }.flatMap { release($0) }
    }

    /// What is due at an instant.
    mutating func expire(at now: NIODeadline) -> Expiry {
        guard let oldest = requests.first else { return Expiry() }
        let limit = oldest.written + patience
        guard limit > now else { return Expiry(isServerDead: true) }
        var expiry = Expiry(next: limit)
        for index in requests.indices where requests[index].waiter != nil {
            if requests[index].deadline > now {
                expiry.next = min(expiry.next ?? limit, requests[index].deadline)
            } else if let waiter = release(index) {
                expiry.waiters.append(waiter)
            }
        }
        return expiry
    }

    /// Everything that will never be answered.
    mutating func removeAll() -> [Request] {
        defer {
            requests.removeAll()
            replies = []
        }
        return Array(requests)
    }

    private mutating func release(_ index: CircularBuffer<Request>.Index) -> Request.Waiter? {
        requests.modify(index) { $0.waiter.take() }
    }
}
