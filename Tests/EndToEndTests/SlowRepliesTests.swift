import Foundation
import NIOCore
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

/// A slow connection makes an ingest's idea of Redis's clock uncertain by a round trip: nothing is early for that.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct SlowRepliesTests {
    @Test("Items that are due within a round trip are not completed before Redis's clock says so")
    func early() async throws {
        try await Stack.with { stack in
            let proxy = try await SlowReplies(to: stack.redis.port, delay: .milliseconds(700))
            let slow = try await stack.ingest(behind: proxy.port)
            let worker = try stack.worker()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        let id = "slow-\(number)"
                        let due = try await stack.now().adding(milliseconds: 100 * Int64(number))
                        async let answer = slow.post(
                            #"{"Id":"\#(id)","StartTimestamp":"\#(due.iso8601)"}"#
                        )
                        try await completed(id, in: stack, due: due)
                        #expect(try await answer.status == 200)
                    }
                }
                try await group.waitForAll()
            }
            for program in [worker, slow.ingest] {
                program.signal(SIGTERM)
                #expect(try await program.end() == 0)
            }
            try await proxy.close()
        }
    }

    /// Waits for an item's completion, and looks at Redis's clock in the same breath.
    private func completed(_ id: String, in stack: Stack, due: Instant) async throws {
        let key = stack.store.keys.item(ItemKey(table: "items", id: id))
        try await eventually("\(id) is completed") {
            let replies = try await stack.store.client.send([
                RedisCommand("HGET", key, "ProcessStatus"), RedisCommand("TIME"),
            ])
            guard replies[0].string == "COMPLETED" else { return false }
            let time = try #require(replies[1].array?.compactMap { $0.string.flatMap { Int64($0) } })
            // By that clock, and in whole milliseconds.
            #expect(time[0] * 1_000 + time[1] / 1_000 >= due.milliseconds, "\(id) was early")
            return true
        }
    }

}

extension Stack {
    /// Another ingest of the stack, whose Redis is behind a proxy.
    func ingest(behind proxy: Int) async throws -> Stack {
        let port = try RedisTestServer.freePort()
        let program = try Program(
            ["ingest"],
            environment: ["WAITABLE_REDIS_URL": "redis://127.0.0.1:\(proxy)", "WAITABLE_PORT": "\(port)"]
        )
        let other = Stack(redis: redis, ingest: program, url: "http://127.0.0.1:\(port)", partitions: partitions)
        try await eventually("the other ingest is ready") { try await other.get("/readyz").status == 200 }
        return other
    }
}
