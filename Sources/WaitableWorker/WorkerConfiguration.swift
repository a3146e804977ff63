/// How a worker works.
package struct WorkerConfiguration: Sendable, Hashable {
    /// The worker's name in claims, logs and metrics.
    package var name: String
    /// The most executions in one claim, 1 to 1,000.
    package var batch: Int
    /// How long a claim holds, in ms: a worker that dies delays what it held by this long.
    package var leaseMilliseconds: Int
    /// The longest sleep between two claims, in ms.
    package var pollMilliseconds: Int
    /// After how many lost leases an execution is failed instead of run again.
    package var poisonLimit: Int
    /// The share of `maxmemory`, in percent, from which no step makes something new: it is run again until there is room.
    package var highWaterPercent: Int

    /// A configuration; the defaults suit production.
    package init(
        name: String,
        batch: Int = 500,
        leaseMilliseconds: Int = 30_000,
        pollMilliseconds: Int = 5_000,
        poisonLimit: Int = 5,
        highWaterPercent: Int = 90
    ) {
        self.name = name
        self.batch = batch
        self.leaseMilliseconds = leaseMilliseconds
        self.pollMilliseconds = pollMilliseconds
        self.poisonLimit = poisonLimit
        self.highWaterPercent = highWaterPercent
    }
}
