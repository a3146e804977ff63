import Foundation
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

/// The main job, by real processes over a real Redis.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct WaitablePatternTests {
    @Test("An item waits STARTED and is COMPLETED at its instant")
    func itemCompletesAtItsInstant() async throws {
        try await Stack.with { stack in
            let worker = try stack.worker()
            let due = try await stack.now().adding(milliseconds: 3_000)
            let answer = try await stack.post(#"{"Id":"order-42","StartTimestamp":"\#(due.iso8601)"}"#)
            #expect(answer.status == 200)
            let accepted = try #require(answer.json.objectValue)
            #expect(accepted["Id"] == .string("order-42"))
            #expect(
                accepted["executionArn"]
                    == "arn:aws:states:us-east-1:000000000000:execution:waitable-stepfunction:order-42"
            )
            #expect(accepted["startDate"]?.numberValue != nil)

            let waiting = try #require(try await stack.get("/status/order-42").json.objectValue)
            #expect(waiting.keys == ["Id", "StartActionAt", "LastUpdated", "ProcessStatus"])
            #expect(waiting["ProcessStatus"] == "STARTED")
            #expect(waiting["StartActionAt"] == .string(due.iso8601))

            try await eventually("the item is completed") {
                try await stack.get("/status/order-42").json.objectValue?["ProcessStatus"] == "COMPLETED"
            }
            let done = try #require(try await stack.get("/status/order-42").json.objectValue)
            let updated = try #require(done["LastUpdated"]?.stringValue.flatMap(Instant.init(iso8601:)))
            #expect(updated >= due)
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }

    @Test("No item of a thousand is early by a millisecond")
    func neverEarly() async throws {
        try await Stack.with { stack in
            let workers = [try stack.worker(), try stack.worker()]
            let start = try await stack.now().adding(milliseconds: 1_500)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask { () async throws -> Void in
                        // Fifty items each, one to a millisecond, so that the due set's head is always about to be due.
                        for step in 0..<50 {
                            let due = start.adding(milliseconds: Int64(number * 50 + step))
                            let body = #"{"Id":"item-\#(number * 50 + step)","StartTimestamp":"\#(due.iso8601)"}"#
                            let answer = try await stack.post(body)
                            #expect(answer.status == 200)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await eventually("all are closed") { try await stack.closedCount() == 1_000 }
            try await stack.expectAllCompletedOnce(1_000)
            for worker in workers { worker.signal(SIGTERM) }
        }
    }

    @Test("A sooner item wakes a worker that sleeps towards a later one")
    func soonerItemWakesTheWorker() async throws {
        try await Stack.with { stack in
            // A poll interval beyond the test's time: only the announcement can wake it.
            let worker = try stack.worker(["WAITABLE_POLL_MS": "60000"])
            let now = try await stack.now()
            _ = try await stack.post(#"{"Id":"late","StartTimestamp":"\#(now.adding(milliseconds: 600_000).iso8601)"}"#)
            let due = try await stack.now().adding(milliseconds: 300)
            _ = try await stack.post(#"{"Id":"soon","StartTimestamp":"\#(due.iso8601)"}"#)
            try await eventually("the sooner one is completed") {
                try await stack.get("/status/soon").json.objectValue?["ProcessStatus"] == "COMPLETED"
            }
            #expect(try await stack.get("/status/late").json.objectValue?["ProcessStatus"] == "STARTED")
            worker.signal(SIGTERM)
        }
    }

    @Test("An item that a worker brought to its wait is completed at its instant")
    func workerRemembersWhatItCommitted() async throws {
        try await Stack.with { stack in
            // The worker runs the states before the wait as well, and sleeps a minute where nothing wakes it.
            let worker = try stack.worker(["WAITABLE_POLL_MS": "60000", "WAITABLE_LEASE_MS": "600000"])
            try await eventually("it works") { worker.output.contains("worker started") }
            let due = try await stack.now().adding(milliseconds: 2_000)
            let item: JSONObject = ["Id": "by-hand", "StartTimestamp": .string(due.iso8601)]
            _ = try await stack.partitions.store(of: "by-hand").startByHand(JSON.object(item).text, machine: nil)
            try await eventually("it is completed") {
                try await stack.get("/status/by-hand").json.objectValue?["ProcessStatus"] == "COMPLETED"
            }
            let done = try await stack.get("/status/by-hand").json.objectValue
            let updated = try #require(done?["LastUpdated"]?.stringValue.flatMap(Instant.init(iso8601:)))
            #expect(updated >= due)
            // Far below the 45 seconds that the sleep lasts at the least.
            #expect(updated < due.adding(milliseconds: 20_000))
            worker.signal(SIGTERM)
        }
    }

    @Test("An item due in the past runs now")
    func pastMeansNow() async throws {
        try await Stack.with { stack in
            let worker = try stack.worker()
            #expect(try await stack.post(#"{"Id":"past","StartTimestamp":"2020-02-29T00:00:00+02:00"}"#).status == 200)
            try await eventually("it is completed") {
                try await stack.get("/status/past").json.objectValue?["ProcessStatus"] == "COMPLETED"
            }
            worker.signal(SIGTERM)
        }
    }
}
