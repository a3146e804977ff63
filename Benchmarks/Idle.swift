import StatesLanguage
import Waitable

/// Workers with nothing to do, while many items wait far ahead.
struct Idle {
    let replicas: Int
    let waiting: Int
    let seconds: Int

    /// Function calls a second and CPU in %, of one replica.
    func measure(_ rig: Rig) async throws -> (calls: Double, cpu: Double, megabytes: Double) {
        let far = try await rig.now().adding(milliseconds: 86_400_000)
        try await BatchStarter(rig).start(0..<waiting, at: far)
        let workers = try (0..<replicas).map { _ in try MeasuredProcess.worker(rig) }
        defer { for worker in workers { worker.stop() } }
        try await ContinuousClock().sleep(for: .seconds(4))
        let before = try await rig.read(workers)
        try await ContinuousClock().sleep(for: .seconds(seconds))
        let after = try await rig.read(workers)
        let share = Double(replicas * seconds)
        return (
            (after.calls - before.calls) / share, (after.processCPU - before.processCPU) / share * 100,
            workers.map(\.residentMegabytes).max() ?? 0
        )
    }
}
