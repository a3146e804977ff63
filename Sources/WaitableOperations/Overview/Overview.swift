package import StatesLanguage
package import WaitableRedis

/// What there is to see at a glance: how much waits, is due, runs, and who works on it.
package struct Overview: Sendable, Equatable {
    /// When it was read, by the Redis clock.
    package var now: Instant
    /// Executions whose moment lies ahead.
    package var waiting: Int
    /// Executions whose moment has come, and that no worker holds.
    package var due: Int
    /// Executions that workers hold, as they last reported.
    package var running: Int
    /// Executions that were due while their state machine was paused.
    package var paused: Int
    /// Executions that closed within the last second.
    package var completedPerSecond: Int
    /// How many of these did not succeed.
    package var failedPerSecond: Int
    /// How long the execution that is due longest has been waiting for a worker, in ms.
    package var oldestOverdueMilliseconds: Int
    /// The workers that have reported themselves lately, by name.
    package var workers: [WorkerReport]
    /// What each partition has, in their order.
    package var partitions: [PartitionShare]

    /// An overview from its parts.
    package init(
        now: Instant,
        waiting: Int,
        due: Int,
        running: Int,
        paused: Int,
        completedPerSecond: Int,
        failedPerSecond: Int,
        oldestOverdueMilliseconds: Int,
        workers: [WorkerReport],
        partitions: [PartitionShare]
    ) {
        self.now = now
        self.waiting = waiting
        self.due = due
        self.running = running
        self.paused = paused
        self.completedPerSecond = completedPerSecond
        self.failedPerSecond = failedPerSecond
        self.oldestOverdueMilliseconds = oldestOverdueMilliseconds
        self.workers = workers
        self.partitions = partitions
    }
}

/// What one partition has of what an overview counts.
package struct PartitionShare: Sendable, Equatable {
    /// The partition's number.
    package var number: Int
    /// Executions whose moment lies ahead, or that workers hold.
    package var open: Int
    /// Executions whose moment has come, and that no worker holds.
    package var due: Int
    /// Executions that were due while their state machine was paused.
    package var paused: Int
    /// How long the execution that is due longest has been waiting for a worker, in ms.
    package var oldestOverdueMilliseconds: Int

    /// A share from its parts.
    package init(number: Int, open: Int, due: Int, paused: Int, oldestOverdueMilliseconds: Int) {
        self.number = number
        self.open = open
        self.due = due
        self.paused = paused
        self.oldestOverdueMilliseconds = oldestOverdueMilliseconds
    }
}
