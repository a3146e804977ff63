package import PrometheusMetrics
import RedisClient
package import WaitableRedis

/// What a process shows of itself: the text that Prometheus reads, and the figures that KEDA scales by.
package struct Exposition: Sendable {
    private let registry: PrometheusRegistry
    private let partitions: Partitions
    private let sampler: BacklogSampler
    private let version: String

    /// An exposition.
    ///
    /// - Parameters:
    ///   - registry: What swift-metrics was bootstrapped with.
    ///   - partitions: Where the backlog is read.
    ///   - version: The build's version.
    package init(registry: PrometheusRegistry, partitions: Partitions, version: String) {
        self.registry = registry
        self.partitions = partitions
        self.sampler = BacklogSampler(partitions: partitions)
        self.version = version
    }

    /// The backlog, not older than a second; `nil` where Redis does not answer.
    package func backlog() async -> Backlog? { await sampler.backlog() }

    /// All metrics. Those that only Redis knows are left out while it does not answer.
    package func text() async -> String {
        let backlog = await sampler.backlog()
        let statistics = partitions.home.client.statistics
        let isConnected = partitions.stores.allSatisfy { $0.client.connectionState == .connected }
        let readings = [
            Metric.buildInfo.reading(1, ("version", version)),
            Metric.redisConnected.reading(isConnected ? 1 : 0),
            Metric.redisCommands.reading(Double(statistics.commandsSent)),
            Metric.redisPendingCommands.reading(Double(statistics.commandsPending)),
            Metric.redisReconnects.reading(Double(statistics.reconnects)),
            Metric.redisFailedConnects.reading(Double(statistics.failedConnects)),
        ]
        return registry.text(with: readings + (backlog?.readings ?? []) + ProcessFigures.readings())
    }
}
