import Foundation
import Logging
import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableWorker

@testable import WaitableRedis

/// A namespace of some partitions with a worker for each, in this process.
struct PartitionedNamespace: Sendable {
    let partitions: Partitions

    private static let role = "arn:aws:iam::000000000000:role/any"

    /// Runs a test with workers on so many partitions.
    @discardableResult
    static func with<Result: Sendable>(
        partitions count: Int,
        _ body: @Sendable (PartitionedNamespace) async throws -> Result
    ) async throws -> Result {
        let client = try #require(RedisServerTrait.client)
        let name = "test-\(UUID())"
        let namespace = Self(
            partitions: count == 1
                ? Partitions(only: RedisStore(client: client, keys: Keys(namespace: name)))
                : Partitions(namespace: name, count: count) { _ in client }
        )
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let silent = logger
        let identity = NamespaceIdentity(store: namespace.partitions.stores[0], arn: ARN(), logger: silent)
        try await identity.settle()
        try await namespace.partitions.home.copyRegistry()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let fleet = WorkerFleet(
                    partitions: namespace.partitions,
                    machines: MachineCache(store: namespace.partitions.home),
                    configuration: WorkerConfiguration(name: "w", leaseMilliseconds: 5_000, pollMilliseconds: 60_000),
                    identity: identity,
                    logger: silent
                )
                try await fleet.run()
            }
            defer { group.cancelAll() }
            return try await body(namespace)
        }
    }

    /// Gives a machine a definition, in all partitions.
    func deploy(_ name: String, _ definition: String, isDefault: Bool = false) async throws {
        let revision = Revision(definition: definition, roleARN: Self.role)
        // Whatever is wrong with it shows here.
        _ = try DeployedMachine(name: name, hash: revision.hash, revision: revision)
        try await partitions.home.deploy(revision, name: name)
        if isDefault { try await partitions.home.setDefaultMachine(name) }
    }

    /// Starts executions in their partitions, for workers to begin.
    func start(_ machine: String, _ executions: [(name: String, input: String)]) async throws {
        for (name, input) in executions {
            let key = ExecutionKey(machine: machine, name: name)
            let store = partitions.store(of: key)
            let record = try #require(try await store.machine(machine))
            let execution = Execution(
                key: key,
                revision: record.revision,
                startDate: try await store.now(),
                input: input
            )
            let results = try await store.start([Step.unbegun(execution).transition(lease: nil)])
            #expect(results == [.started])
        }
    }

    /// An execution once something holds for it.
    func execution(
        _ machine: String,
        _ name: String,
        when holds: (Execution) -> Bool = { !$0.status.isOpen }
    ) async throws -> Execution {
        let key = ExecutionKey(machine: machine, name: name)
        while true {
            if let execution = try await partitions.store(of: key).execution(key), holds(execution) { return execution }
            // Only a pace.
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Waits until no messages are under way, and nothing that messages leave behind.
    func settle() async throws {
        while try await isBusy() {
            // Only a pace.
            try await Task.sleep(for: .milliseconds(5))
        }
        for store in partitions.stores {
            #expect(try await keys(store, ":outbox:*").isEmpty)
            #expect(try await store.send(RedisCommand("HGET", store.keys.counters, "undeliverable")).string == nil)
        }
    }

    /// Whether messages or stops are under way, or an execution waits for a parent elsewhere to read its end.
    private func isBusy() async throws -> Bool {
        // All at once: what is not here is not anywhere.
        var all = RedisCommand(name: "EXISTS")
        for store in partitions.stores {
            for suffix in [":stopping", ":paused"] { all.append(store.keys.prefix + suffix) }
        }
        if try await partitions.stores[0].send(all).integer != 0 { return true }
        for store in partitions.stores {
            let unread = try await store.send(RedisCommand("HVALS", store.keys.prefix + ":unread")).array ?? []
            if unread.contains(where: { $0.string?.contains(":{") == true }) { return true }
        }
        return false
    }

    /// The keys of a partition that match a pattern.
    func keys(_ store: RedisStore, _ pattern: String) async throws -> [String] {
        try await store.send(RedisCommand("KEYS", store.keys.prefix + pattern)).array?.compactMap(\.string) ?? []
    }
}
