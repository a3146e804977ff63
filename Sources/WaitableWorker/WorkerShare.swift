import Logging
import NIOCore
import Synchronization
import WaitableRedis

/// What the workers of a process share, one for each partition.
struct WorkerShare: Sendable {
    let partitions: Partitions
    /// `nil` where there is only one partition.
    let deliverer: MessageDeliverer?
    let machines: MachineCache
    let configuration: WorkerConfiguration
    let identity: NamespaceIdentity
    let itemTable: String
    let calls: Calls
    let jobs: JobStopper
    let watches: Watches
    /// `nil` where there is one worker: it bounds itself.
    let turns: Turns?
    let eventLoop: any EventLoop
    let logger: Logger
    let metrics = WorkerMetrics()
    let tally = WorkerTally()
    let scarcity = Scarcity()
    let ending = Ending()
}

/// Whether a process has to end.
final class Ending: Sendable {
    private let told = Atomic(false)

    var isTold: Bool { told.load(ordering: .acquiring) }

    func tell() { told.store(true, ordering: .releasing) }
}
