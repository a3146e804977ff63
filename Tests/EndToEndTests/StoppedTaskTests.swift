import Foundation
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

/// Tasks of activities whose executions were stopped before anybody took them.
@Suite(.timeLimit(.minutes(1)))
struct StoppedTaskTests {
    private static let activity = "arn:aws:states:us-east-1:000000000000:activity:mail"
    private static let definition =
        #"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"\#(activity)","End":true}}}"#

    @Test("A task whose execution was stopped is handed to nobody, in whatever partition the execution lies")
    func stopped() async throws {
        try await Stack.with(partitions: 4, isCluster: false) { stack in
            let worker = try stack.worker()
            _ = try await stack.call("CreateActivity", ["name": "mail"])
            let machine = try await stack.create("m", Self.definition)
            let queue = stack.store(of: "mail")
            let names = (0..<8).map { "e-\($0)" }
            let homes = Set(names.map { stack.partitions.partitioning.partition(of: $0) })
            #expect(homes.count > 1 && homes.contains(queue.keys.partition), "\(homes)")
            var executions: [String] = []
            for (number, name) in names.enumerated() {
                executions.append(try await stack.start(machine, name: name))
                // In this order.
                try await eventually("the task is offered") {
                    try await stack.integer("LLEN", queue.keys.activity("mail")) == number + 1
                }
            }
            for execution in executions.dropLast() {
                _ = try await stack.call("StopExecution", ["executionArn": .string(execution)])
            }
            let task = try await stack.call("GetActivityTask", ["activityArn": .string(Self.activity)]).json
            let token = try #require(task.objectValue?["taskToken"]?.stringValue)
            #expect(TaskToken(token)?.key.name == names.last)
            let answer: JSONObject = ["taskToken": .string(token), "output": "1"]
            #expect(try await stack.call("SendTaskSuccess", answer).status == 200)
            #expect(try await stack.closed(try #require(executions.last))["output"] == "1")
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }
}
