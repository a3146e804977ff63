import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

/// Many items due at one instant: how fast they are started, and how fast one worker drains them.
struct HotSecond {
    let items: Int

    /// What it takes, and documents for the floor.
    struct Outcome {
        var samples: Floor.Samples
        var startsPerSecond = 0.0
        var startCPU = 0.0
        var startCalls = 0.0
        var bytesWaiting = 0.0
        var bytesClosed = 0.0
        var drainsPerSecond = 0.0
        var drainCPU = 0.0
        var drainCalls = 0.0
        var workerCPU = 0.0
        var workerMegabytes = 0.0
        var lateness = Lateness()
    }

    func measure(_ rig: Rig) async throws -> Outcome {
        let count = Double(items)
        let starter = try await BatchStarter(rig)
        let before = try await rig.read()
        // Far enough ahead that all are started before it.
        let due = try await rig.now().adding(milliseconds: Int64(items / 16) + 4_000)
        try await starter.start(0..<items, at: due)
        let started = try await rig.read()
        let waiting = try await document(of: starter.id(0), rig)

        let worker = try MeasuredProcess.worker(rig)
        try await rig.sleep(until: due.adding(milliseconds: -300))
        let idle = try await rig.read([worker])
        try await rig.closed(items)
        let drained = try await rig.read([worker])
        var outcome = Outcome(
            samples: Floor.Samples(
                waiting: waiting,
                closed: try await document(of: starter.id(0), rig),
                id: starter.id(0)
            )
        )
        outcome.startsPerSecond = count / before.instant.duration(to: started.instant).seconds
        outcome.startCPU = (started.redisCPU - before.redisCPU) * 1e6 / count
        outcome.startCalls = (started.calls - before.calls) / count
        outcome.bytesWaiting = (started.memory - before.memory) / count
        outcome.bytesClosed = (drained.memory - before.memory) / count
        outcome.drainCPU = (drained.redisCPU - idle.redisCPU) * 1e6 / count
        outcome.drainCalls = (drained.calls - idle.calls) / count
        outcome.workerCPU = (drained.processCPU - idle.processCPU) * 1e6 / count
        outcome.workerMegabytes = worker.residentMegabytes
        outcome.lateness = try await rig.lateness()
        outcome.drainsPerSecond = count * 1_000 / max(1, outcome.lateness.percentile(100))
        worker.stop()
        return outcome
    }

    private func document(of id: String, _ rig: Rig) async throws -> String {
        let key = ExecutionKey(machine: Rig.machine, name: id)
        let document = try await rig.store.documents([key]).first ?? nil
        return String(decoding: document ?? [], as: UTF8.self)
    }
}
