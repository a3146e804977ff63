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
    /// How long the execution that is due longest has been waiting for a worker, in ms.
    package var oldestOverdueMilliseconds: Int
    /// The workers that have reported themselves lately, by name.
    package var workers: [WorkerReport]
    /// How many partitions the namespace has.
    package var partitions: Int

    /// An overview from its parts.
    package init(
        now: Instant,
        waiting: Int,
        due: Int,
        running: Int,
        paused: Int,
        completedPerSecond: Int,
        oldestOverdueMilliseconds: Int,
        workers: [WorkerReport],
        partitions: Int = 1
    ) {
        self.now = now
        self.waiting = waiting
        self.due = due
        self.running = running
        self.paused = paused
        self.completedPerSecond = completedPerSecond
        self.oldestOverdueMilliseconds = oldestOverdueMilliseconds
        self.workers = workers
        self.partitions = partitions
    }
}
