import Logging
import NIOCore
import Synchronization

/// Finds the server of a client by asking those who know it, and notices when another server takes its place.
///
/// Those who know are asked in turn, each time another one first: one that is wrong, as a sentinel is that was cut off, is
/// not believed for ever.
final class ServerFinder: Sendable {
    typealias Address = RedisConfiguration.Address

    private struct State {
        /// Where a `MOVED` or a sentinel's message pointed to, and how long that is worth a try.
        var hint: (address: Address, end: NIODeadline)?
        /// Nodes of the cluster, as they were last known.
        var known: [Address] = []
        var turn: Int
    }

    let discovery: Discovery
    let configuration: RedisConfiguration
    let logger: Logger
    private let tls: TLSSource?
    private let eventLoopGroup: any EventLoopGroup
    private let state: Mutex<State>

    /// How long one who may be down is given, at most.
    private static let patience: Duration = .seconds(1)

    /// - Returns: `nil` for a configuration with a fixed address.
    init?(_ configuration: RedisConfiguration, tls: TLSSource?, on eventLoopGroup: any EventLoopGroup, logger: Logger) {
        guard let discovery = configuration.discovery, configuration.role == .client else { return nil }
        self.discovery = discovery
        self.configuration = configuration
        self.tls = tls
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        // So that not all clients ask the same one.
        state = Mutex(State(turn: Int.random(in: 0..<max(1, discovery.addresses.count))))
    }

    // MARK: Finding

    /// Where the server is now.
    ///
    /// - Throws: ``RedisError``: `configuration` where everybody could be asked, and nobody will ever know.
    func find() async throws(RedisError) -> RedisConfiguration {
        if let hint = state.withLock({ $0.hint.take() }), .now() < hint.end { return discovered(hint.address) }
        var refusals: [RedisError] = []
        for informant in informants() {
            if Task.isCancelled { throw RedisError(.notSent, "the caller was cancelled") }
            do throws(RedisError) {
                return discovered(try await primary(by: informant))
            } catch {
                refusals.append(error)
            }
        }
        throw failure(refusals)
    }

    /// Remembers where the server is said to be, for the next ``find()``.
    func suggest(_ address: Address) { state.withLock { $0.hint = (address, .now() + TimeAmount(Self.patience)) } }

    /// Checks that a new connection leads to a primary, as sentinels take a while to notice that one is none.
    func check(_ connection: RedisConnection, to server: RedisConfiguration) async throws(RedisError) {
        // A node of a cluster says MOVED itself.
        guard case .sentinels(let sentinels) = discovery else { return }
        let role = try await Self.reply(of: connection, server, to: RedisCommand("ROLE"))
        guard let role = role.array?.first?.string, role != "master" else { return }
        throw RedisError(
            .notSent,
            "\(server) is no primary (its ROLE is \(role)), but the sentinels say that it is that of '\(sentinels.primary)'"
        )
    }

    /// The server's address, as one of those who know says it.
    func primary(by informant: Address) async throws(RedisError) -> Address {
        switch discovery {
        case .sentinels(let sentinels): try await primary(of: sentinels, by: informant)
        case .cluster: try await primary(of: configuration.slot, by: informant)
        }
    }

    /// Those to ask, in the order in which to ask them.
    func informants() -> [Address] {
        state.withLock { state in
            var all = state.known
            for address in discovery.addresses where !all.contains(address) { all.append(address) }
            guard !all.isEmpty else { return [] }
            let first = state.turn % all.count
            state.turn = first + 1
            return Array(all[first...] + all[..<first])
        }
    }

    private func primary(of slot: HashSlot, by node: Address) async throws(RedisError) -> Address {
        let map = try await slots(by: node)
        guard let primary = map.primary(of: slot) else {
            throw RedisError(.notSent, "\(node.text) says that no node has the slot \(slot)")
        }
        return primary
    }

    /// The map of the cluster, as a node knows it.
    func slots(by node: Address) async throws(RedisError) -> SlotMap {
        var informant = asked(node)
        informant.user = configuration.user
        informant.password = configuration.password
        informant.clientName = configuration.clientName
        let reply = try await reply(of: informant, to: RedisCommand("CLUSTER", "SLOTS"))
        guard let map = SlotMap(reply, from: node) else {
            throw RedisError(.notSent, "\(informant): the answer to CLUSTER SLOTS cannot be read")
        }
        if !map.nodes.isEmpty { state.withLock { $0.known = map.nodes } }
        return map
    }

    private func primary(of sentinels: Discovery.Sentinels, by sentinel: Address) async throws(RedisError) -> Address {
        let command = RedisCommand("SENTINEL", "GET-MASTER-ADDR-BY-NAME", sentinels.primary)
        let reply = try await reply(of: asked(sentinel, sentinels), to: command)
        if case .null = reply {
            throw RedisError(
                .configuration,
                "\(sentinel.text) knows no primary '\(sentinels.primary)': correct the name in \(configuration.names.url)"
            )
        }
        guard let words = reply.array, words.count == 2, let host = words[0].string, let port = words[1].integer,
            (1...65_535).contains(port)
        else { throw RedisError(.notSent, "\(sentinel.text): the answer of the sentinel cannot be read") }
        return Address(host: host, port: Int(port), besides: sentinel)
    }

    private func discovered(_ address: Address) -> RedisConfiguration {
        var server = configuration
        server.address = address
        server.role = .discovered
        return server
    }

    /// Why nobody could name the server.
    func failure(_ refusals: [RedisError]) -> RedisError {
        var reasons: [String] = []
        for refusal in refusals where !reasons.contains(refusal.message) { reasons.append(refusal.message) }
        let isFinal = refusals.allSatisfy { $0.code == .configuration }
        var error = RedisError(
            isFinal ? .configuration : .notSent,
            "\(configuration): the primary is not known: \(reasons.joined(separator: "; "))"
        )
        error.isLoginRefusal = refusals.allSatisfy(\.isLoginRefusal)
        return error
    }

    // MARK: Asking

    /// How to talk to one that is asked, without a login.
    private func asked(_ address: Address) -> RedisConfiguration {
        var informant = RedisConfiguration(address: address)
        informant.discovery = discovery
        informant.role = .informant
        informant.tls = configuration.tls
        informant.names = configuration.names
        informant.connectTimeout = min(configuration.connectTimeout, Self.patience)
        informant.commandTimeout = informant.connectTimeout
        informant.pingInterval = configuration.pingInterval
        return informant
    }

    private func asked(_ address: Address, _ sentinels: Discovery.Sentinels) -> RedisConfiguration {
        var sentinel = asked(address)
        sentinel.user = sentinels.user
        sentinel.password = sentinels.password
        return sentinel
    }

    private func reply(
        of informant: RedisConfiguration,
        to command: RedisCommand
    ) async throws(RedisError) -> RedisValue {
        let connection = try await RedisConnection.connect(informant, tls: tls, on: eventLoopGroup.next())
        defer { connection.close() }
        return try await Self.reply(of: connection, informant, to: command)
    }

    private static func reply(
        of connection: RedisConnection,
        _ server: RedisConfiguration,
        to command: RedisCommand
    ) async throws(RedisError) -> RedisValue {
        switch await connection.send([command], until: .now() + TimeAmount(min(server.commandTimeout, patience))) {
        case .replies(let replies):
            guard case .error(let error) = replies[0] else { return replies[0] }
            throw server.refusal(ofDiscovery: error)
        case .failed(let error): throw RedisError(.notSent, "\(server): \(error.message)")
        case .unwritten: throw RedisError(.notSent, "\(server): the connection was closed")
        }
    }

    // MARK: Watching

    /// Waits until another server is the primary, and has it found next.
    ///
    /// - Returns: Its address; `nil` once the task is cancelled.
    func successor(of server: Address) async -> Address? {
        var backoff = Backoff(configuration.backoff)
        while !Task.isCancelled {
            guard let informant = informants().first else { return nil }
            let start = ContinuousClock.now
            do throws(RedisError) {
                let named =
                    switch discovery {
                    case .sentinels(let sentinels): try await switched(from: server, sentinels, by: informant)
                    case .cluster: try await moved(from: server, by: informant)
                    }
                if let named {
                    suggest(named)
                    return named
                }
            } catch {
                logger.debug("nobody says whether the primary has changed", metadata: ["error": "\(error.message)"])
            }
            backoff.reset(after: .now - start)
            // A cancellation ends the pause, and then the loop.
            try? await Task.sleep(for: backoff.next())
        }
        return nil
    }

    /// Listens to a sentinel until it says that it sees another primary, or is lost.
    private func switched(
        from server: Address,
        _ sentinels: Discovery.Sentinels,
        by sentinel: Address
    ) async throws(RedisError) -> Address? {
        let (pushes, continuation) = AsyncStream.makeStream(of: RedisValue.self)
        let connection = try await RedisConnection.connect(
            asked(sentinel, sentinels),
            tls: tls,
            on: eventLoopGroup.next(),
            onPush: { continuation.yield($0) }
        )
        defer { connection.close() }
        connection.channel.closeFuture.whenComplete { _ in continuation.finish() }
        connection.listen([RedisCommand("SUBSCRIBE", "+switch-master")])
        for await push in pushes {
            guard let words = push.array, words.count == 3 else { continue }
            switch words[0].string {
            case "subscribe":
                // It may have been switched before anybody listened.
                let named = try await primary(of: sentinels, by: sentinel)
                if named != server, await isPrimary(named) { return named }
            case "message":
                let named = Self.switched(words[2].string ?? "", sentinels.primary, by: sentinel)
                if let named, named != server { return named }
            default: break
            }
        }
        return nil
    }

    /// The new primary in a message `NAME OLD-HOST OLD-PORT NEW-HOST NEW-PORT`; `nil` where it is about another name.
    static func switched(_ message: String, _ primary: String, by sentinel: Address) -> Address? {
        let words = message.split(separator: " ")
        guard words.count == 5, words[0] == primary, let port = Int(words[4]) else { return nil }
        return Address(host: String(words[3]), port: port, besides: sentinel)
    }

    /// Asks a node of the cluster, after a while, who has the slot: a primary that hangs does not say that another one took
    /// its place.
    private func moved(from server: Address, by node: Address) async throws(RedisError) -> Address? {
        guard (try? await Task.sleep(for: configuration.pingInterval * Double.random(in: 0.5...1))) != nil else {
            return nil
        }
        let named = try await primary(by: node)
        // A node that was away may know less than the one that it names.
        guard named != server, try await primary(by: named) == named else { return nil }
        return named
    }

    /// Whether a server says of itself that it is a primary.
    private func isPrimary(_ address: Address) async -> Bool {
        let server = discovered(address)
        guard let connection = try? await RedisConnection.connect(server, tls: tls, on: eventLoopGroup.next()) else {
            return false
        }
        defer { connection.close() }
        return (try? await check(connection, to: server)) != nil
    }
}
