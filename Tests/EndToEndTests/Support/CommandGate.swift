import NIOCore
import NIOPosix
import Synchronization

/// Stands between a worker and a Redis on 127.0.0.1. It stops before a command with one of some words in it is handed on, and
/// before what Redis says to it is, until it is told to go on: meanwhile the test looks at what there is, or kills the worker.
final class CommandGate: Sendable {
    /// A command, or the reply to it, that is kept back.
    struct Pause: Sendable {
        let word: String
        /// Whether the command itself is kept back, so that Redis knows nothing of it.
        let isBefore: Bool
        /// The worker that sent it: how often ``CommandGate/begin()`` was called before.
        let worker: Int
        /// Hands it on; nothing happens where the connection has ended.
        let proceed: @Sendable () -> Void
    }

    /// The port to connect to.
    let port: Int
    /// What is kept back, in turn.
    let pauses: AsyncStream<Pause>
    private let server: any Channel
    private let worker: Worker

    private final class Worker: Sendable {
        let number = Mutex(0)
        /// How many commands were handed on whose replies have not come, and whether that is all that is waited for.
        let underWay = Mutex((count: 0, isLast: false))
        private let continuation: AsyncStream<Pause>.Continuation

        init(_ continuation: AsyncStream<Pause>.Continuation) { self.continuation = continuation }

        func begin() { underWay.withLock { $0.count += 1 } }

        func end() {
            let isOver = underWay.withLock { underWay in
                underWay.count -= 1
                return underWay.isLast && underWay.count == 0
            }
            if isOver { continuation.finish() }
        }

        func finish() {
            let isOver = underWay.withLock { underWay in
                underWay.isLast = true
                return underWay.count == 0
            }
            if isOver { continuation.finish() }
        }
    }

    /// Listens on a free port.
    init(to redis: Int, at words: [String]) async throws {
        let (pauses, continuation) = AsyncStream<Pause>.makeStream()
        self.pauses = pauses
        let worker = Worker(continuation)
        self.worker = worker
        server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop)
                    .connect(host: "127.0.0.1", port: redis)
                    .flatMap { server in
                        client.eventLoop.makeCompletedFuture {
                            let number = worker.number.withLock { $0 }
                            let requests = Requests(of: client, to: server, words, worker) { word, isBefore, proceed in
                                continuation.yield(
                                    Pause(word: word, isBefore: isBefore, worker: number, proceed: proceed)
                                )
                            }
                            try client.pipeline.syncOperations.addHandler(requests)
                            try server.pipeline.syncOperations.addHandler(Replies(of: server, to: client, requests))
                        }
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = server.localAddress?.port ?? 0
    }

    deinit { server.close(promise: nil) }

    /// What connects from now on is another worker.
    ///
    /// - Returns: Its number.
    func begin() -> Int {
        worker.number.withLock { number in
            number += 1
            return number
        }
    }

    /// Ends ``pauses`` behind the replies to what was handed on.
    func finish() { worker.finish() }

    private typealias Tell = (_ word: String, _ isBefore: Bool, _ proceed: @escaping @Sendable () -> Void) -> Void

    /// Hands on what the worker says.
    private final class Requests: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let words: [String]
        private let tell: Tell
        private let client: any Channel
        private let target: any Channel
        /// What has come and is not handed on.
        private var pending: [ByteBuffer] = []
        /// The end of what was handed on: a word may be cut in two.
        private var end = ""
        /// The word of the command that is kept back.
        private var held: String?
        /// The word of the command whose reply is to be kept back.
        fileprivate private(set) var awaited: String?
        private let worker: Worker
        private var isUnderWay = false

        init(
            of client: any Channel,
            to target: any Channel,
            _ words: [String],
            _ worker: Worker,
            _ tell: @escaping Tell
        ) {
            (self.client, self.target, self.words, self.worker, self.tell) = (client, target, words, worker, tell)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            pending.append(unwrapInboundIn(data))
            handOn()
        }

        private func handOn() {
            while held == nil, let bytes = pending.first {
                let text = end + String(buffer: bytes)
                if let word = words.first(where: { text.contains($0) }) {
                    // One after the other. What has no word in it may be the rest of the one that is under way.
                    guard awaited == nil else { return }
                    end = ""
                    held = word
                    let this = NIOLoopBound(self, eventLoop: client.eventLoop)
                    let loop = client.eventLoop
                    tell(word, true) { loop.execute { this.value.release() } }
                    return
                }
                end = String(text.suffix(32))
                pending.removeFirst()
                target.writeAndFlush(bytes, promise: nil)
            }
        }

        private func release() {
            guard let word = held, !pending.isEmpty else { return }
            held = nil
            awaited = word
            isUnderWay = true
            worker.begin()
            target.writeAndFlush(pending.removeFirst(), promise: nil)
            handOn()
        }

        /// Says that the reply has come.
        func tellReply(_ proceed: @escaping @Sendable () -> Void) {
            if let awaited { tell(awaited, false, proceed) }
            settle()
        }

        private func settle() {
            if isUnderWay { worker.end() }
            isUnderWay = false
        }

        /// The reply is handed on.
        func goOn() {
            awaited = nil
            handOn()
        }

        func channelInactive(context: ChannelHandlerContext) {
            pending = []
            settle()
            target.close(promise: nil)
        }
    }

    /// Hands on what Redis says.
    private final class Replies: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let server: any Channel
        private let target: any Channel
        private let requests: Requests
        private var pending: [ByteBuffer] = []

        init(of server: any Channel, to target: any Channel, _ requests: Requests) {
            (self.server, self.target, self.requests) = (server, target, requests)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            guard requests.awaited != nil else { return target.writeAndFlush(bytes, promise: nil) }
            pending.append(bytes)
            guard pending.count == 1 else { return }
            let this = NIOLoopBound(self, eventLoop: server.eventLoop)
            let loop = server.eventLoop
            requests.tellReply { loop.execute { this.value.release() } }
        }

        private func release() {
            guard !pending.isEmpty else { return }
            for bytes in pending { target.writeAndFlush(bytes, promise: nil) }
            pending = []
            requests.goOn()
        }

        func channelInactive(context: ChannelHandlerContext) { target.close(promise: nil) }
    }
}
