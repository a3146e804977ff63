import Foundation
import Logging
import RedisClient
import Testing
import Waitable
import WaitableRedis

extension Partitions {
    /// A namespace of a test's own, in the suite's Redis.
    static func test(_ count: Int, of namespace: String = "test-\(UUID())") throws -> Partitions {
        let client = try #require(RedisServerTrait.client)
        return Partitions(namespace: namespace, count: count) { _ in client }
    }

    /// The keys of a partition.
    func partition(_ number: Int) -> Partition { Partition(of: stores[number]) }

    /// Who looks after the namespace's identity.
    func identity() -> NamespaceIdentity {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return NamespaceIdentity(store: home, arn: .init(), logger: logger)
    }
}
