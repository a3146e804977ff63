import Logging
import StatesLanguage
import WaitableRedis

extension Worker {
    /// The time between two reports while there is something to report, and while there is not, in ms.
    private static let busyInterval = 2_000
    private static let idleInterval = 10_000
    /// How long beyond its poll interval a worker may go without an answered claim, in ms.
    private static let patience = 10_000

    /// Says every few seconds what this worker does, until it stops; then takes the report away.
    ///
    /// A worker whose claims are no longer answered is not at work, whatever else of it still runs: it takes its report
    /// away too, and with it its health.
    ///
    /// A report is for people: one that cannot be left costs nothing but its place in the view.
    func reportItself() async {
        var startedAt: Instant?
        var last: WorkerReport?
        while !Task.isCancelled {
            var pause = Self.busyInterval
            do {
                if startedAt == nil { startedAt = try await store.now() }
                guard let startedAt else { return }
                if tally.sinceClaim > .milliseconds(configuration.pollMilliseconds + Self.patience) {
                    try await store.leave(worker: configuration.name)
                } else {
                    let report = tally.report(name: configuration.name, startedAt: startedAt)
                    try await store.report(report, life: 3 * Self.idleInterval)
                    if report == last { pause = Self.idleInterval }
                    last = report
                }
            } catch {
                logger.debug("the report was not left", metadata: ["error": "\(error)"])
            }
            // Replicas that were started together do not report together.
            try? await Task.sleep(for: .milliseconds(pause - Int.random(in: 0...(pause / 4))))
        }
    }
}
