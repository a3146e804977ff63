import NIOCore
import Testing

@testable import RedisClient

@Suite(.timeLimit(.minutes(1)))
struct RequestQueueTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000)

    private func request(
        replies: Int = 1,
        after delay: TimeAmount = .zero,
        deadline: TimeAmount = .seconds(1)
    ) -> Request {
        Request(
            ticket: nil,
            replies: replies,
            waiter: nil,
            written: start + delay,
            deadline: start + deadline,
            onSettled: nil
        )
    }

    @Test func givesEachRequestItsRepliesInOrder() throws {
        var queue = RequestQueue(patience: .seconds(3))
        _ = queue.append(request(replies: 2))
        _ = queue.append(request(replies: 1))
        #expect(try queue.take(.integer(1))?.replies == nil)
        #expect(try queue.take(.integer(2))?.replies == [.integer(1), .integer(2)])
        #expect(!queue.isEmpty)
        #expect(try queue.take(.integer(3))?.replies == [.integer(3)])
        #expect(queue.isEmpty)
    }

    @Test func refusesWhatWasNotAsked() {
        var queue = RequestQueue(patience: .seconds(3))
        #expect(throws: RedisError.self) { try queue.take(.null) }
    }

    @Test func isDueAtTheSoonerOfDeadlineAndPatience() {
        var queue = RequestQueue(patience: .seconds(3))
        #expect(queue.append(request(deadline: .seconds(1))) == start + .seconds(1))
        #expect(queue.append(request(deadline: .seconds(9))) == start + .seconds(3))
    }

    @Test func losesPatienceWithTheOldest() throws {
        var queue = RequestQueue(patience: .seconds(3))
        #expect(queue.expire(at: start).next == nil)
        _ = queue.append(request())
        _ = queue.append(request(after: .seconds(2)))
        #expect(!queue.expire(at: start + .milliseconds(2_999)).isServerDead)
        #expect(queue.expire(at: start + .seconds(3)).isServerDead)
        _ = try queue.take(.null)
        let expiry = queue.expire(at: start + .seconds(3))
        #expect(!expiry.isServerDead)
        #expect(expiry.next == start + .seconds(5))
        #expect(queue.removeAll().count == 1)
        #expect(queue.isEmpty)
    }

    @Test func aCallerWhoseTimeIsOverGoesAndTheRequestStays() async throws {
        let outcome = await withCheckedContinuation { (waiter: Request.Waiter) in
            var queue = RequestQueue(patience: .seconds(3))
            _ = queue.append(
                Request(
                    ticket: nil,
                    replies: 1,
                    waiter: waiter,
                    written: start,
                    deadline: start + .seconds(1),
                    onSettled: nil
                )
            )
            #expect(queue.expire(at: start + .milliseconds(999)).waiters.isEmpty)
            let expiry = queue.expire(at: start + .seconds(1))
            #expect(expiry.waiters.count == 1)
            #expect(queue.expire(at: start + .seconds(2)).waiters.isEmpty)
            #expect(!queue.isEmpty)
            for waiter in expiry.waiters { waiter.resume(returning: .unwritten) }
        }
        guard case .unwritten = outcome else {
            Issue.record("another outcome: \(outcome)")
            return
        }
    }
}
