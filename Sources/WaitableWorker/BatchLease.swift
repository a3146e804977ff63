import CoreMetrics
import Logging
import StatesLanguage
import Waitable
import WaitableRedis

/// The lease under which a batch is held, and how much of it is left by this process's own clock.
struct BatchLease: Sendable {
    /// The fencing token; a renewal gives a new one.
    private(set) var token: String
    /// The Redis clock at the claim.
    let now: Instant
    private let claimed: ContinuousClock.Instant
    private var taken: ContinuousClock.Instant
    private let duration: Duration
    /// Asked for once a member: a division of durations would be noticed.
    private let half: Duration

    init(_ claim: Claim, duration milliseconds: Int) {
        token = claim.token
        now = claim.now
        // The claim was answered a little after Redis took the time: what is left is slightly overestimated, which costs
        // at most a refused commit.
        claimed = .now
        taken = claimed
        duration = .milliseconds(milliseconds)
        half = .milliseconds(milliseconds / 2)
    }

    /// The Redis clock by now, carried on from the claim.
    var estimatedNow: Instant {
        let passed = claimed.duration(to: .now).components
        return now.adding(milliseconds: passed.seconds * 1_000 + passed.attoseconds / 1_000_000_000_000_000)
    }

    var isHalfUsed: Bool { taken.duration(to: .now) > half }
    var isLive: Bool { taken.duration(to: .now) < duration }

    /// Prolongs the lease. Members that were lost meanwhile are refused at the commit; when Redis does not answer, the
    /// old lease goes on.
    mutating func renew(_ members: [[UInt8]], worker: Worker) async {
        let asked = ContinuousClock.now
        do {
            let lease = worker.configuration.leaseMilliseconds
            let renewed = try await worker.store.renew(members, token: token, lease: lease)
            // All lost: the commit under the old token is refused, and counted.
            guard !renewed.held.isEmpty else { return }
            token = renewed.token
            taken = asked
        } catch {
            worker.metrics.failedRenewals.increment()
            worker.logger.warning("renewal failed", metadata: ["error": "\(error)"])
        }
    }
}
