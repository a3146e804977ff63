package import Waitable

/// Every Redis key that Waitable uses, for one namespace and partition. No other file builds one.
///
/// The braces are a Redis Cluster hash tag: all keys of a partition share a slot, so one function can commit them.
package struct Keys: Sendable, Hashable {
    /// `N:{p}`, what every key begins with, and the one key that functions are given. Nothing is ever stored there: while
    /// the slot is on its way to another node of a cluster, Redis answers `ASK` to every function then, and none runs where
    /// only some of the keys are.
    package let prefix: String
    /// `N`
    package let namespace: String
    /// `p`
    package let partition: Int
    /// What other partitions there are.
    package let partitioning: Partitioning

    /// Keys of a namespace.
    ///
    /// - Parameters:
    ///   - namespace: Sets of keys that know nothing of each other share a Redis by their namespaces.
    ///   - partition: The partition's number.
    ///   - partitioning: How many partitions the namespace has.
    package init(namespace: String = "waitable", partition: Int = 0, of partitioning: Partitioning = .single) {
        self.prefix = "\(namespace):{\(partition)}"
        self.namespace = namespace
        self.partition = partition
        self.partitioning = partitioning
    }

    /// zset: `machine:id` → the instant it next needs attention (Unix ms), or its lease (expiry + k/2048).
    package var due: String { prefix + ":due" }
    /// hash: `machine:id` → an ``ExecutionDocument``.
    package var executions: String { prefix + ":executions" }
    /// zset: `machine:id` → the instant it closed (Unix ms).
    package var closed: String { prefix + ":closed" }
    /// zset: the same of those that failed, timed out or were aborted.
    package var failed: String { prefix + ":failed" }
    /// zset: leases that may still have members of ``due``, each with the instant at which it was taken (Unix ms).
    package var leases: String { prefix + ":leases" }
    /// zset: `now` → the instant at which something was last made due at once (Unix ms).
    package var clock: String { prefix + ":clock" }
    /// hash: `machine:id` → how often a lease on it ran out; below zero until a worker has said that it has the next one.
    package var redelivered: String { prefix + ":redelivered" }
    /// hash: `refused` → how many transitions were refused because their lease had been lost; `undeliverable` → how many
    /// messages of other partitions could not have their effect.
    package var counters: String { prefix + ":counters" }
    /// hash: name → ``MachineRecord``; the field `:default` names the default machine.
    package var machines: String { prefix + ":machines" }
    /// Field of ``machines`` that holds the name of the default machine; no machine can have this name.
    package static let defaultMachineField = ":default"
    /// string: `arn:aws:states:REGION:ACCOUNT`, what every ARN of the namespace begins with, from its first use on.
    package var arn: String { prefix + ":arn" }
    /// string: how many partitions the namespace has, from its first use on.
    package var partitions: String { prefix + ":partitions" }
    /// Field of ``machines`` that holds how many partitions the namespace has, where functions find it; none for one.
    package static let partitionsField = ":partitions"
    /// string: the key of the namespace's task tokens, 256 random bits in base64, from its first use on.
    package var secret: String { prefix + ":secret" }
    /// hash: a paused machine's name → since when (Unix ms); `0` while it is being resumed. Fields that begin with a colon
    /// are work that is left to claims.
    package var paused: String { prefix + ":paused" }
    /// stream: what happened to executions whose revisions have that told, ``FeedEvent``.
    package var events: String { prefix + ":events" }
    /// stream: events that a webhook did not take.
    package var deadLetters: String { prefix + ":deadletters" }
    /// string: what the doctor found last, as JSON.
    package var checkup: String { prefix + ":checkup" }
    /// string: written before Redis waits until it is safe, so that it waits for all that was written before.
    package var durable: String { prefix + ":durable" }
    /// hash: a table of the registry, name → JSON.
    package func registry(_ table: RegistryTable) -> String { "\(prefix):\(table.rawValue)" }
    /// zset: a worker's name → when its report is out of date (Unix ms).
    package var workers: String { prefix + ":workers" }
    /// hash: a worker's name → what it last said of itself, a ``WorkerReport``.
    package var reports: String { prefix + ":reports" }
    /// zset: a sleeping worker's name → the instant at which it looks by itself (Unix ms).
    package var sleepers: String { prefix + ":sleepers" }
    /// Pub/sub channel: the instant at which all workers have to look (Unix ms), for whoever fills ``due`` by hand.
    package var wake: String { prefix + ":wake" }
    /// Pub/sub channel: the instant at which a sleeping worker has to look (Unix ms).
    package func wake(_ worker: String) -> String { prefix + ":wake:" + worker }

    /// string: a ``Revision``.
    package func revision(_ hash: String) -> String { prefix + ":machine:" + hash }
    /// list: the part of the journal that the document has no room for.
    package func history(_ key: ExecutionKey) -> String { prefix + ":history:" + key.member }
    /// list: executions that are still to be stopped, as those are that their tasks waited for.
    package var stopping: String { prefix + ":stopping" }
    /// list: jobs of adapters that are to be stopped; see jobs.lua.
    package var jobs: String { prefix + ":jobs" }
    /// Field of ``paused`` that says that ``stopping`` holds something.
    package static let stoppingField = ":stopping"
    /// hash: answers and signs of life of tasks that wait for them, ``TaskAnswer``.
    package func inbox(_ key: ExecutionKey) -> String { prefix + ":inbox:" + key.member }
    /// hash: `machine:id` → the task that was told that it has closed, and has not read it yet.
    package var unread: String { prefix + ":unread" }
    /// hash: another partition's number → the number of the last message to it.
    package var sent: String { prefix + ":sent" }
    /// hash: another partition's number → the number of the last message of it that has arrived.
    package var received: String { prefix + ":received" }
    /// Field of ``paused`` that says that an outbox holds something.
    package static func outboxField(_ partition: Int) -> String { ":outbox:\(partition)" }
    /// list: messages to another partition that have not been delivered.
    package func outbox(_ partition: Int) -> String { "\(prefix):outbox:\(partition)" }
    /// list: tasks of an activity that nobody has taken yet.
    package func activity(_ name: String) -> String { prefix + ":activity:" + name }
    /// zset: tasks of an activity that were taken → until when that has to be confirmed (Unix ms, and a fraction).
    package func taken(_ activity: String) -> String { prefix + ":activity:" + activity + ":taken" }
    /// stream: what tasks published.
    package func stream(_ name: String) -> String { prefix + ":stream:" + name }
    /// zset: the names of the partition's streams → when the first entry came (Unix ms).
    package var streams: String { prefix + ":streams" }
    /// Pub/sub channel: the name of an activity that has got a task.
    package var offers: String { prefix + ":offers" }
    /// hash: an item, attribute → stored value.
    package func item(_ key: ItemKey) -> String { prefix + ":item:" + key.suffix }
    /// zset: what sorts the items of a declared table.
    package func index(ofTable name: String) -> String { prefix + ":index:" + name }
    // An item of a declared table with a sort key is a hash, `record:TABLE:PK:SK`, which only functions build (tables.lua).

    /// The pattern of all keys of the partition, for `SCAN`: nothing in a namespace has a meaning there.
    package var pattern: String { prefix + ":*" }
    /// What follows the prefix and a colon in one of the partition's keys; `nil` for another key.
    package func suffix(of key: [UInt8]) -> [UInt8]? {
        let start = Array("\(prefix):".utf8)
        return key.starts(with: start) ? Array(key.dropFirst(start.count)) : nil
    }
    /// The key with such a suffix.
    package func key(suffix: [UInt8]) -> [UInt8] { Array("\(prefix):".utf8) + suffix }

    /// Keys that end in a name.
    package enum Family: String, CaseIterable, Sendable {
        case history
        case item
        case inbox
        case children
    }

    /// The key of a family that ends in a name, whatever the name is.
    package func key(_ family: Family, named name: String) -> String { "\(prefix):\(family.rawValue):\(name)" }
}
