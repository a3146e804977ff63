import NIOCore

/// One connection's end of the pipeline: commands out, replies in, matched by their order.
///
/// Everything here happens on the connection's event loop. A request whose caller went away stays in the queue, so that
/// its late reply is taken off the wire and thrown away, and the next one meets its own.
final class CommandHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What one caller waits for: some replies in a row.
    private struct Request {
        let id: UInt64
        var missing: Int
        var replies: [RedisValue] = []
        /// `nil` once the caller has been told that it waits no more.
        var waiter: Waiter?
        let deadline: NIODeadline
    }

    typealias Waiter = CheckedContinuation<Result<[RedisValue], RedisError>, Never>

    private let timeout: TimeAmount
    private let reader = ReplyReader()
    private var requests: CircularBuffer<Request> = []
    private var context: ChannelHandlerContext?
    private var isFlushPlanned = false
    private var timer: Scheduled<Void>?
    private var failure: RedisError?
    private var drained: [EventLoopPromise<Void>] = []
    /// Called for replies that answer no request: messages of pub/sub. Without it they break the connection.
    private let onPush: ((RedisValue) -> Void)?

    init(timeout: TimeAmount, onPush: ((RedisValue) -> Void)? = nil) {
        self.timeout = timeout
        self.onPush = onPush
    }

    // MARK: Callers

    func send(_ bytes: ByteBuffer, replies: Int, id: UInt64, waiter: Waiter) {
        guard let context, failure == nil else {
            waiter.resume(returning: .failure(RedisError(.notSent, "the connection is closed")))
            return
        }
        requests.append(Request(id: id, missing: replies, waiter: waiter, deadline: .now() + timeout))
        context.write(wrapOutboundOut(bytes), promise: nil)
        planFlush(context)
        planTimer(context)
    }

    /// Lets a caller go; its reply will be thrown away.
    func abandon(_ id: UInt64) {
        guard let index = requests.firstIndex(where: { $0.id == id }) else { return }
        let waiter = requests[index].waiter
        requests[index].waiter = nil
        waiter?.resume(returning: .failure(RedisError(.outcomeUnknown, "the caller was cancelled")))
    }

    /// Completes when no request is without a reply.
    func drain(_ promise: EventLoopPromise<Void>) {
        if requests.isEmpty { promise.succeed() } else { drained.append(promise) }
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        do throws(RedisError) {
            try feed(buffer)
            while let reply = try reader.next() { try take(reply, context) }
        } catch {
            fail(error)
            context.close(promise: nil)
        }
    }

    private func feed(_ buffer: ByteBuffer) throws(RedisError) {
        let result = buffer.withUnsafeReadableBytes { bytes -> Result<Void, RedisError> in
            do throws(RedisError) {
                return .success(try reader.feed(bytes))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(RedisError(.outcomeUnknown, "the connection was closed by the server"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(RedisError(.outcomeUnknown, "the connection broke: \(error)"))
        context.close(promise: nil)
    }

    // MARK: Replies

    private func take(_ reply: RedisValue, _ context: ChannelHandlerContext) throws(RedisError) {
        guard !requests.isEmpty else {
            guard let onPush else {
                throw RedisError(.outcomeUnknown, "the server answered something that was not asked")
            }
            onPush(reply)
            return
        }
        requests[requests.startIndex].replies.append(reply)
        requests[requests.startIndex].missing -= 1
        guard requests[requests.startIndex].missing == 0 else { return }
        let request = requests.removeFirst()
        request.waiter?.resume(returning: .success(request.replies))
        if requests.isEmpty {
            for promise in drained { promise.succeed() }
            drained = []
        }
        // A replica after a failover: the next connection may meet the new primary.
        if request.replies.contains(where: \.isReadOnlyRefusal) { context.close(promise: nil) }
    }

    private func fail(_ error: RedisError) {
        guard failure == nil else { return }
        failure = error
        timer?.cancel()
        let left = requests
        requests.removeAll()
        for request in left { request.waiter?.resume(returning: .failure(error)) }
        for promise in drained { promise.succeed() }
        drained = []
    }

    // MARK: Time

    /// All writes of one turn of the event loop go out with one flush.
    private func planFlush(_ context: ChannelHandlerContext) {
        guard !isFlushPlanned else { return }
        isFlushPlanned = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute {
            let (handler, context) = bound.value
            handler.isFlushPlanned = false
            context.flush()
        }
    }

    /// One timer, for the oldest request: they all have the same time.
    private func planTimer(_ context: ChannelHandlerContext) {
        guard timer == nil, let oldest = requests.first(where: { $0.waiter != nil }) else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(deadline: oldest.deadline) {
            let (handler, context) = bound.value
            handler.timer = nil
            handler.expire(context)
        }
    }

    private func expire(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        for index in requests.indices where requests[index].deadline <= now {
            let waiter = requests[index].waiter
            requests[index].waiter = nil
            waiter?.resume(returning: .failure(RedisError(.outcomeUnknown, "no answer within the command time-out")))
        }
        // A server that owes an answer for three times the limit is taken for dead.
        if let oldest = requests.first, oldest.deadline + timeout * 2 <= now {
            fail(RedisError(.outcomeUnknown, "the server does not answer"))
            context.close(promise: nil)
            return
        }
        planTimer(context)
    }
}

extension RedisValue {
    fileprivate var isReadOnlyRefusal: Bool {
        if case .error(let error) = self { error.prefix == "READONLY" } else { false }
    }
}
