public import Logging
public import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// A client of all of a Redis Cluster: a ``RedisClient`` for each primary, and commands that go to the primary of their key.
///
/// ```swift
/// let cluster = RedisCluster(try RedisConfiguration(url: "redis-cluster://10.0.0.1:6379,10.0.0.2:6379"), logger: logger)
/// try await withThrowingTaskGroup { group in
///     group.addTask { try await cluster.run() }
///     print(try await cluster.send(RedisCommand("GET", "{7}:due"), key: "{7}:due"))
///     group.cancelAll()
/// }
/// ```
///
/// The map of the slots is asked for at the start, whenever something shows that it is out of date (`MOVED`, `CLUSTERDOWN`, a
/// node that cannot be reached), and every ``RedisConfiguration/pingInterval`` or so. Reads go to primaries, like writes.
public final class RedisCluster: Service {
    typealias Address = RedisConfiguration.Address

    /// A client, and how to end it.
    struct Node: Sendable {
        let client: RedisClient
        let end = AsyncStream.makeStream(of: Void.self)
        /// Whether the hook has been called for it.
        var isGreeted = false
        /// Whether commands went to it, since the last map, though it is no primary.
        var isAsked = false
    }

    private struct State {
        var map = SlotMap()
        var nodes: [Address: Node] = [:]
        var isClosed = false
    }

    private enum Job {
        case run(Node)
        case greet(RedisClient)
    }

    let configuration: RedisConfiguration
    let logger: Logger
    private let eventLoopGroup: any EventLoopGroup
    private let finder: ServerFinder
    private let onNewPrimary: (@Sendable (RedisClient) async -> Void)?
    private let onFailedConnect: (@Sendable (RedisError) -> Void)?
    private let state = Mutex(State())
    private let jobs = AsyncStream.makeStream(of: Job.self)
    /// Says that the map may be out of date.
    private let doubts = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// A client; nothing is connected until ``run()``.
    ///
    /// - Parameters:
    ///   - configuration: One with ``RedisConfiguration/discovery`` by a cluster.
    ///   - onNewPrimary: Called for each node that is the primary of a slot for the first time, or again after it was none, to
    ///     load functions, for example. Commands do not wait for it.
    ///   - onFailedConnect: Called for each failure to learn the map, but not for one that fails for the same reason as the last.
    /// - Throws: ``RedisError`` (`configuration`) where the configuration names no cluster.
    public init(
        _ configuration: RedisConfiguration,
        eventLoopGroup: any EventLoopGroup = RedisClient.eventLoops,
        logger: Logger,
        onNewPrimary: (@Sendable (RedisClient) async -> Void)? = nil,
        onFailedConnect: (@Sendable (RedisError) -> Void)? = nil
    ) throws(RedisError) {
        let tls = TLSSource(configuration, logger: logger)
        guard case .cluster = configuration.discovery,
            let finder = ServerFinder(configuration, tls: tls, on: eventLoopGroup, logger: logger)
        else { throw RedisError(.configuration, "\(configuration) is no cluster: say redis-cluster://") }
        self.configuration = configuration
        self.logger = logger
        self.eventLoopGroup = eventLoopGroup
        self.finder = finder
        self.onNewPrimary = onNewPrimary
        self.onFailedConnect = onFailedConnect
    }

    /// The clients of all primaries, in the order of their first slots.
    public var primaries: [RedisClient] {
        state.withLock { state in state.map.primaries.compactMap { state.nodes[$0]?.client } }
    }

    /// Keeps the map and the connections until the task is cancelled, or until the graceful shutdown. To be called once.
    ///
    /// - Throws: ``RedisError`` before the first map, as ``RedisClient/run()`` does before the first connection.
    public func run() async throws {
        defer { close() }
        try await cancelWhenGracefulShutdown {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask {
                    // Its failure cancels the tasks of the group, but not this loop.
                    defer { self.jobs.continuation.finish() }
                    try await self.keepMap()
                }
                group.addTask { await self.doubtNowAndThen() }
                for await job in self.jobs.stream {
                    switch job {
                    case .run(let node): group.addTask { await self.run(node) }
                    case .greet(let client): group.addTask { await self.onNewPrimary?(client) }
                    }
                }
                group.cancelAll()
            }
        }
    }

    private func run(_ node: Node) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await node.client.run()
                } catch {
                    self.logger.error("a node of the cluster cannot be used", metadata: ["error": "\(error)"])
                }
            }
            group.addTask { for await _ in node.end.stream {} }
            await group.next()
            group.cancelAll()
        }
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    private func close() {
        state.withLock { $0.isClosed = true }
        jobs.continuation.finish()
        doubts.continuation.finish()
    }

    // MARK: The map

    /// Has the map asked for again.
    func doubt() { doubts.continuation.yield() }

    private func doubtNowAndThen() async {
        while (try? await Task.sleep(for: configuration.pingInterval * Double.random(in: 0.5...1))) != nil {
            doubt()
        }
    }

    private func keepMap() async throws {
        doubt()
        var backoff = Backoff(configuration.backoff)
        var failure: String?
        var last = ContinuousClock.now
        for await _ in doubts.stream {
            backoff.reset(after: .now - last)
            do throws(RedisError) {
                try await learn()
                failure = nil
            } catch {
                if Task.isCancelled { return }
                let isFinal = error.code == .configuration || (error.isLoginRefusal && configuration.endsOnLoginRefusal)
                if error.message != failure ?? "" { onFailedConnect?(error) }
                if isFinal, state.withLock({ $0.nodes.isEmpty }) { throw error }
                logger.log(
                    level: error.message == failure ? .debug : .warning,
                    "no map of the cluster",
                    metadata: ["error": "\(error.message)"]
                )
                failure = error.message
                doubt()
            }
            last = .now
            // A cancellation ends the pause, and then the loop.
            try? await Task.sleep(for: backoff.next())
            // While a primary cannot be reached, another one may be taking its place.
            if primaries.contains(where: { $0.connectionState != .connected }) { doubt() }
        }
    }

    /// Asks one node after another for the map.
    private func learn() async throws(RedisError) {
        var refusals: [RedisError] = []
        for informant in finder.informants() {
            if Task.isCancelled { break }
            do throws(RedisError) {
                adopt(try await finder.slots(by: informant))
                return
            } catch {
                refusals.append(error)
            }
        }
        throw finder.failure(refusals)
    }

    /// Ends the clients of nodes that are no primaries, and begins those of new ones.
    private func adopt(_ map: SlotMap) {
        let primaries = map.primaries
        let ended = state.withLock { state -> [Node] in
            guard !state.isClosed else { return [] }
            state.map = map
            for address in primaries { join(address, as: .primary, &state) }
            let gone = state.nodes.filter { !primaries.contains($0.key) && !$0.value.isAsked }.keys
            defer { for address in state.nodes.keys { state.nodes[address]?.isAsked = false } }
            return gone.compactMap { state.nodes.removeValue(forKey: $0) }
        }
        for node in ended { node.end.continuation.finish() }
    }

    private enum Role { case primary, other }

    /// The client of a node, which is begun if there is none yet.
    @discardableResult
    private func join(_ address: Address, as role: Role, _ state: inout State) -> RedisClient {
        var node: Node
        if let known = state.nodes[address] {
            node = known
        } else {
            var server = configuration
            server.address = address
            server.role = .node
            node = Node(client: RedisClient(server, eventLoopGroup: eventLoopGroup, logger: logger))
            jobs.continuation.yield(.run(node))
        }
        node.isAsked = role == .other
        if role == .primary, !node.isGreeted {
            node.isGreeted = true
            jobs.continuation.yield(.greet(node.client))
        }
        state.nodes[address] = node
        return node.client
    }

    // MARK: Routes

    /// The client of the node that has a slot; `nil` where no node is known to.
    func client(of slot: HashSlot) throws(RedisError) -> RedisClient? {
        try whileOpen { state in state.map.primary(of: slot).map { join($0, as: .primary, &state) } }
    }

    /// The client of a node that keys are on their way to.
    func client(at address: Address) throws(RedisError) -> RedisClient? {
        try whileOpen { state in join(address, as: .other, &state) }
    }

    private func whileOpen(_ find: (inout State) -> RedisClient?) throws(RedisError) -> RedisClient? {
        let (isClosed, client) = state.withLock { state in
            state.isClosed ? (true, nil) : (false, find(&state))
        }
        if isClosed { throw RedisError(.notSent, "the client is closed") }
        return client
    }

    /// Follows a `MOVED`.
    func move(_ slot: HashSlot, to address: Address) {
        state.withLock { $0.map.move(slot, to: address) }
        doubt()
    }
}
