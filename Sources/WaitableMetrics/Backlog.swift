import PrometheusMetrics
package import WaitableOperations
package import WaitableRedis

/// What waits in Redis, and how Redis is, at one moment.
package struct Backlog: Sendable {
    /// How much waits, is due and runs.
    package var overview: Overview
    /// The Redis clock minus this machine's, in seconds.
    package var clockOffset: Double
    /// Redis's memory, of several servers that of the fullest; `nil` where this user may not ask for it.
    package var memory: RedisMemory?

    var readings: [MetricSample] {
        var readings = [
            Metric.waiting.reading(Double(overview.waiting)),
            Metric.overdue.reading(Double(overview.due)),
            Metric.running.reading(Double(overview.running)),
            Metric.parked.reading(Double(overview.paused)),
            Metric.oldestOverdueSeconds.reading(oldestOverdueSeconds),
            Metric.workers.reading(Double(overview.workers.count)),
            Metric.partitions.reading(Double(overview.partitions.count)),
            Metric.redisClockOffset.reading(clockOffset),
        ]
        if let memory {
            readings.append(Metric.redisMemoryUsed.reading(Double(memory.used)))
            readings.append(Metric.redisMemoryLimit.reading(Double(memory.limit)))
        }
        return readings
    }

    /// How long the execution that is due longest has been waiting for a worker.
    package var oldestOverdueSeconds: Double { Double(overview.oldestOverdueMilliseconds) / 1_000 }
}
