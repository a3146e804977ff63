package import Logging
import RedisClient
import ServiceLifecycle
import Synchronization
package import Waitable

/// What a namespace is given at its first use, and keeps: how many partitions it has, the region and account in its ARNs, and
/// the key of its task tokens.
///
/// Executions get names that are derived from these, and their histories are made anew by whoever reads them: all
/// processes of a namespace have to agree on them. The first one writes them into Redis; the others read them there, and
/// refuse to work where their settings differ.
package final class NamespaceIdentity: Service {
    /// The names that this process gives.
    package let arn: ARN
    private let store: RedisStore
    private let interval: Duration
    private let logger: Logger
    private let known = Mutex<TaskTokenKey?>(nil)

    /// An identity over a store whose connection somebody else runs.
    ///
    /// - Parameters:
    ///   - store: Partition 0, whose keys say how many partitions this process takes the namespace to have.
    ///   - arn: The region and account that this process is set up with.
    ///   - interval: The time after which Redis is asked again, as it may have been flushed. On a new connection it is asked
    ///     within a second: it may be another one.
    package init(store: RedisStore, arn: ARN, interval: Duration = .seconds(60), logger: Logger) {
        self.store = store
        self.arn = arn
        self.interval = interval
        self.logger = logger
    }

    /// Settles the identity again and again, until the graceful shutdown.
    ///
    /// - Throws: ``NamespaceIdentityError`` where the namespace's is not this process's.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while !Task.isCancelled {
                    let connection = self.store.client.connections
                    do {
                        try await self.settle()
                    } catch let error as StoreError {
                        self.logger.debug("the namespace's identity was not read", metadata: ["error": "\(error)"])
                    }
                    let asked = ContinuousClock.now
                    repeat {
                        try await Task.sleep(for: min(self.interval, .seconds(1)))
                    } while connection == self.store.client.connections && asked.duration(to: .now) < self.interval
                }
            }
        } catch is CancellationError {}
    }

    /// The key of the namespace's task tokens. Asks Redis only where it was not settled yet.
    ///
    /// - Throws: ``StoreError``, or ``NamespaceIdentityError`` where the namespace's identity is not this process's.
    package func secret() async throws -> TaskTokenKey {
        if let key = known.withLock({ $0 }) { return key }
        return try await settle()
    }

    /// Reads the namespace's identity from Redis, and gives it this one where it has none: at its first use, and after
    /// Redis has lost it. Whoever writes first decides.
    ///
    /// - Returns: The key of its task tokens.
    /// - Throws: ``StoreError``, or ``NamespaceIdentityError`` where the namespace's identity is not this process's.
    @discardableResult
    package func settle() async throws -> TaskTokenKey {
        // Redis may lose it between two commands, but not for ever.
        for _ in 0..<4 {
            let keys = store.keys
            let words = try await store.send(RedisCommand("MGET", keys.arn, keys.secret, keys.partitions)).array ?? []
            guard words.count == 3 else { continue }
            if let text = words[0].string { try check(text) }
            let isOld = words[0].string != nil
            guard try await settlePartitions(words[2].string, isOld: isOld) else { continue }
            if words[0].string != nil, let text = words[1].string { return try keep(text) }
            if words[0].string == nil { try await enter(arn.prefix, at: store.keys.arn) }
            // The key that this process has had goes on where it can: the tokens made with it stay good.
            let key = known.withLock { $0 } ?? .make()
            if words[1].string == nil { try await enter(key.base64, at: store.keys.secret) }
        }
        throw NamespaceIdentityError(
            description:
                "\(store.keys.arn), \(store.keys.partitions) and \(store.keys.secret): must be strings in Redis"
        )
    }

    /// Reads the namespace's identity from Redis, and changes nothing: a namespace without one is fit for any process.
    ///
    /// - Throws: ``StoreError``, or ``NamespaceIdentityError`` where the namespace's identity is not this process's.
    package func verify() async throws {
        let words = try await store.send(RedisCommand("MGET", store.keys.arn, store.keys.partitions)).array ?? []
        guard words.count == 2 else { return }
        if let text = words[0].string { try check(text) }
        if let text = words[1].string ?? words[0].string.map({ _ in "1" }) { try check(partitions: text) }
    }

    /// Checks how many partitions there are, and enters it where nobody has.
    ///
    /// - Parameters:
    ///   - text: What the namespace has; `nil` for nothing.
    ///   - isOld: Whether the namespace has been used: without a number, it has one partition then.
    /// - Returns: Whether it is settled; else it has to be read once more.
    private func settlePartitions(_ text: String?, isOld: Bool) async throws -> Bool {
        if let text {
            try check(partitions: text)
            return true
        }
        let count = store.keys.partitioning.count
        if count > 1 {
            if isOld { try check(partitions: "1") }
            let keys = [store.keys.due, store.keys.closed, store.keys.executions, store.keys.machines]
            var command = RedisCommand(name: "EXISTS", capacity: keys.count)
            for key in keys { command.append(key) }
            if try await store.send(command).integer ?? 0 > 0 { try check(partitions: "1") }
        }
        try await enter("\(count)", at: store.keys.partitions)
        return false
    }

    private func check(partitions text: String) throws(NamespaceIdentityError) {
        let count = store.keys.partitioning.count
        guard text != "\(count)" else { return }
        guard let kept = Int(text), kept >= 1 else {
            throw NamespaceIdentityError(
                description: "\(store.keys.partitions): must be a whole number from 1 in Redis: '\(text)'"
            )
        }
        throw NamespaceIdentityError(
            description: "WAITABLE_PARTITIONS (--partitions): must be '\(kept)', which the namespace"
                + " '\(store.keys.namespace)' has had since its first use: '\(count)'"
        )
    }

    private func enter(_ value: String, at key: String) async throws(StoreError) {
        _ = try await store.send(RedisCommand("SET", key, value, "NX"))
    }

    private func check(_ text: String) throws(NamespaceIdentityError) {
        guard let kept = ARN(prefix: text) else {
            throw NamespaceIdentityError(
                description: "\(store.keys.arn): must be arn:aws:states:REGION:ACCOUNT in Redis: '\(text)'"
            )
        }
        var problems: [String] = []
        for (setting, kept, given) in [
            ("WAITABLE_REGION (--region)", kept.region, arn.region),
            ("WAITABLE_ACCOUNT (--account)", kept.account, arn.account),
        ] where !kept.utf8.elementsEqual(given.utf8) {
            problems.append(
                "\(setting): must be '\(kept)', which the namespace '\(store.keys.namespace)' has had since its first "
                    + "use: '\(given)'"
            )
        }
        guard problems.isEmpty else { throw NamespaceIdentityError(description: problems.joined(separator: "; ")) }
    }

    private func keep(_ text: String) throws(NamespaceIdentityError) -> TaskTokenKey {
        guard let key = TaskTokenKey(base64: text) else {
            throw NamespaceIdentityError(description: "\(store.keys.secret): must be 32 bytes in base64 in Redis")
        }
        let before = known.withLock { known in
            defer { known = key }
            return known
        }
        if let before, before != key {
            logger.notice("the key of task tokens is another one: tokens that were made before are refused")
        }
        return key
    }
}

/// A namespace that this process cannot work on: its identity is another one, or cannot be read.
package struct NamespaceIdentityError: Error, Sendable, CustomStringConvertible {
    /// The setting or the key, what it must be, and what it is; never the key of task tokens.
    package let description: String
}
