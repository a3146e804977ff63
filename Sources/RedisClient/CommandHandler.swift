import NIOCore
import Synchronization
import Transport

/// One connection's end of the pipeline: commands out, replies in, matched by their order.
///
/// Everything here happens on the connection's event loop. A request whose caller went away stays in the queue, so that
/// its late reply is taken off the wire and thrown away, and the next one meets its own.
final class CommandHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let pingInterval: TimeAmount
    private let shortestStay: TimeAmount
    private let followsSlot: Bool
    private let created = NIODeadline.now()
    private let reader = ReplyReader()
    private var requests: RequestQueue
    private var context: ChannelHandlerContext?
    private var isFlushPlanned = false
    private var timer: (deadline: NIODeadline, task: Scheduled<Void>)?
    private var pingTimer: Scheduled<Void>?
    private var pings = 0
    /// Why the connection is of no more use.
    private(set) var failure: RedisError?
    /// Takes no more requests, and closes when it has the replies of those it has.
    private var isRetired = false
    /// Called for what the server sends unasked, as pub/sub does. Without it that breaks the connection.
    private let onPush: ((RedisValue) -> Void)?
    private var isListening = false

    /// - Parameters:
    ///   - timeout: A command's. A server that owes an answer twice as long is taken for dead.
    ///   - pingInterval: How often the server is asked whether it is there, and in step.
    ///   - shortestStay: How long the connection stays at a primary that may have been replaced by another one.
    ///   - followsSlot: Whether a node is left that says that a slot has moved.
    init(
        timeout: TimeAmount,
        pingInterval: TimeAmount,
        shortestStay: TimeAmount,
        followsSlot: Bool = false,
        onPush: ((RedisValue) -> Void)? = nil
    ) {
        requests = RequestQueue(patience: timeout * 2)
        self.pingInterval = pingInterval
        self.shortestStay = shortestStay
        self.followsSlot = followsSlot
        self.onPush = onPush
    }

    // MARK: Callers

    func send(
        _ bytes: ByteBuffer,
        replies: Int,
        ticket: Request.Ticket,
        deadline: NIODeadline,
        onSettled: (@Sendable () -> Void)?,
        waiter: Request.Waiter
    ) {
        // The flag is set before `abandon` is queued: one that came here first is seen here.
        guard let context, failure == nil, !isRetired, !ticket.isCancelled.load(ordering: .acquiring) else {
            waiter.resume(returning: .unwritten)
            return
        }
        let request = Request(
            ticket: ticket,
            replies: replies,
            waiter: waiter,
            written: .now(),
            deadline: deadline,
            onSettled: onSettled
        )
        write(bytes, for: request, context)
    }

    /// Lets a caller go; its reply will be thrown away.
    func abandon(_ ticket: Request.Ticket) {
        requests.abandon(ticket)?
            .resume(returning: .failed(RedisError(.outcomeUnknown, "the caller was cancelled")))
    }

    /// Subscribes: from here on the server speaks unasked, and answers only `PING`.
    func listen(_ subscription: ByteBuffer) {
        guard let context, failure == nil else { return }
        isListening = true
        context.writeAndFlush(wrapOutboundOut(subscription), promise: nil)
    }

    /// Ends the connection, for a reason that is known elsewhere.
    func end(because cause: ConnectFailure) { end(because: RedisError(broken: cause)) }

    /// Ends the connection, with an error for what it has no answer to yet.
    func end(because error: RedisError) {
        fail(error)
        context?.close(promise: nil)
    }

    /// Takes no more requests, and closes the connection when those it has are answered.
    func retire() {
        isRetired = true
        if requests.isEmpty { context?.close(promise: nil) }
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { planPing(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        fail(RedisError(.outcomeUnknown, "the connection was closed"))
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        planPing(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard failure == nil else { return }
        do throws(RedisError) {
            let bytes = unwrapInboundIn(data)
            // A TLS record instead of an answer: an alert about what is no TLS.
            if reader.isUntouched, bytes.readableBytesView.first == 0x15 { throw RedisError(broken: .notTLS) }
            try feed(bytes)
            while failure == nil, let reply = try reader.next() { try take(reply, context) }
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
        let words = requests.refusal
        var error = RedisError(
            .outcomeUnknown,
            words.map { "the server closed the connection: \($0)" }
                ?? "the connection was closed before the answer came"
        )
        if words == nil { error.cause = .closed }
        fail(error)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let cause = ConnectFailure(error)
        // What the server has said tells more than that it is gone.
        if cause != .closed { fail(RedisError(broken: cause)) }
        context.close(promise: nil)
    }

    // MARK: Replies

    private func take(_ reply: RedisValue, _ context: ChannelHandlerContext) throws(RedisError) {
        if isListening, !reply.isPong {
            if case .error(let error) = reply {
                throw RedisError(.outcomeUnknown, "the server refuses the subscription: \(error)")
            }
            // As a node does whose slot has moved.
            if reply.isEndOfSubscription { throw RedisError(.outcomeUnknown, "the server ended the subscription") }
            onPush?(reply)
            return
        }
        // The next connection may meet the primary that took this one's place.
        if case .error(let error) = reply, isReasonToLeave(error) { isRetired = true }
        if requests.isEmpty, case .error(let error) = reply {
            // Unasked: the server is about to close the connection, as one does that has too many clients.
            throw RedisError(.outcomeUnknown, "the server refuses the connection: \(error)")
        }
        guard let (request, replies) = try requests.take(reply) else { return }
        request.onSettled?()
        request.waiter?.resume(returning: .replies(replies))
        if isRetired, requests.isEmpty { context.close(promise: nil) }
    }

    /// Whether another server may take commands in this one's place: after a failover behind the same address, or where those
    /// are who know.
    private func isReasonToLeave(_ error: RedisServerError) -> Bool {
        switch error.prefix {
        // A primary that was cut off from its replicas, or one that just lacks some: that is no reason to come and go all
        // the time.
        case "NOREPLICAS": .now() - created >= shortestStay
        // A node that is cut off from the cluster does not know who has the slot now.
        case "CLUSTERDOWN": followsSlot && .now() - created >= shortestStay
        default: error.isOfNoPrimary(ofSlot: followsSlot)
        }
    }

    private func fail(_ error: RedisError) {
        guard failure == nil else { return }
        failure = error
        timer?.task.cancel()
        pingTimer?.cancel()
        for request in requests.removeAll() {
            request.onSettled?()
            request.waiter?.resume(returning: .failed(error))
        }
    }

    // MARK: Writing

    private func write(_ bytes: ByteBuffer, for request: Request, _ context: ChannelHandlerContext) {
        let due = requests.append(request)
        context.write(wrapOutboundOut(bytes), promise: nil)
        planFlush(context)
        planTimer(at: due, context)
    }

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

    // MARK: Time

    /// One timer for all requests, at the soonest of what it is for.
    private func planTimer(at deadline: NIODeadline, _ context: ChannelHandlerContext) {
        if let timer {
            guard deadline < timer.deadline else { return }
            timer.task.cancel()
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let task = context.eventLoop.scheduleTask(deadline: deadline) {
            let (handler, context) = bound.value
            handler.timer = nil
            handler.expire(context)
        }
        timer = (deadline, task)
    }

    private func expire(_ context: ChannelHandlerContext) {
        let expiry = requests.expire(at: .now())
        if expiry.isServerDead {
            fail(RedisError(.outcomeUnknown, "the server does not answer"))
            context.close(promise: nil)
            return
        }
        for waiter in expiry.waiters {
            waiter.resume(returning: .failed(RedisError(.outcomeUnknown, "no answer within the command time-out")))
        }
        if let next = expiry.next { planTimer(at: next, context) }
    }

    /// Asks the server from time to time to say a word: a peer that vanished says nothing of its own accord, and one whose
    /// bytes were lost on the way answers with something else.
    private func planPing(_ context: ChannelHandlerContext) {
        guard failure == nil, pingTimer == nil else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        pingTimer = context.eventLoop.scheduleTask(in: pingInterval) {
            let (handler, context) = bound.value
            handler.pingTimer = nil
            handler.ping(context)
        }
    }

    private func ping(_ context: ChannelHandlerContext) {
        planPing(context)
        guard !isRetired else { return }
        pings += 1
        let word = "waitable-\(pings)"
        let request = Request(
            ticket: nil,
            replies: 1,
            waiter: nil,
            written: .now(),
            deadline: .distantFuture,
            onSettled: nil,
            ping: word
        )
        var bytes = context.channel.allocator.buffer(capacity: 48)
        RedisCommand("PING", word).write(to: &bytes)
        write(bytes, for: request, context)
    }
}

extension RedisValue {
    /// What the server says where it ends a subscription, as nobody here does.
    fileprivate var isEndOfSubscription: Bool {
        guard case .array(let words) = self, words.count == 3 else { return false }
        return words[0].string == "unsubscribe" || words[0].string == "sunsubscribe"
    }

    /// The answer to `PING` on a connection that listens.
    fileprivate var isPong: Bool {
        if case .array(let words) = self { words.count == 2 && words[0].string == "pong" } else { false }
    }
}
