import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

/// A steady rate, each item due a second after its start, while others wait far ahead. Two workers.
struct Steady {
    let perSecond: Int
    let waiting: Int
    let seconds: Int

    /// Lateness; CPU of Redis, the starts with it, and of both workers, in µs an item; round trips an item.
    func measure(
        _ rig: Rig
    ) async throws -> (lateness: Lateness, redisCPU: Double, workerCPU: Double, calls: Double) {
        let starter = try await BatchStarter(rig)
        let far = try await rig.now().adding(milliseconds: 86_400_000)
        try await starter.start(0..<waiting, at: far)
        let workers = [try MeasuredProcess.worker(rig), try MeasuredProcess.worker(rig)]
        defer { for worker in workers { worker.stop() } }
        let clock = ContinuousClock()
        try await clock.sleep(for: .seconds(2))
        let before = try await rig.read(workers)
        let began = clock.now
        let slice = perSecond / 100
        for turn in 0..<(seconds * 100) {
            try await clock.sleep(until: began + .milliseconds(turn * 10), tolerance: .zero)
            let due = try await rig.now().adding(milliseconds: 1_000)
            let first = waiting + turn * slice
            try await starter.start(first..<(first + slice), at: due)
        }
        try await rig.closed(seconds * 100 * slice)
        let after = try await rig.read(workers)
        let count = Double(seconds * 100 * slice)
        return (
            try await rig.lateness(), (after.redisCPU - before.redisCPU) * 1e6 / count,
            (after.processCPU - before.processCPU) * 1e6 / count, (after.calls - before.calls) / count
        )
    }
}
