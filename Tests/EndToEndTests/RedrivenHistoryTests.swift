import StatesLanguage
import Testing
import WaitableRedis

/// The history of an execution that was stopped and goes on.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RedrivenHistoryTests {
    private static let types = [
        "ExecutionStarted", "TaskStateEntered", "ActivityScheduled", "ExecutionAborted", "ExecutionRedriven",
        "TaskStateEntered", "ActivityScheduled", "ActivityStarted", "ActivitySucceeded", "TaskStateExited",
        "TaskStateEntered",
        "ActivityScheduled", "ActivityStarted", "ActivitySucceeded", "TaskStateExited", "ExecutionSucceeded",
    ]

    @Test("It has all events after the stop, numbered in order, and the audit finds nothing")
    func stopped() async throws {
        try await Stack.with(workers: 1) { stack in
            let created = try await stack.call("CreateActivity", ["name": "a"])
            let activity = try #require(created.json.objectValue?["activityArn"]?.stringValue)
            let task = #"{"Type":"Task","Resource":"\#(activity)""#
            let machine = try await stack.create(
                "twice",
                #"{"StartAt":"T","States":{"T":\#(task),"Next":"U"},"U":\#(task),"End":true}}}"#
            )
            let execution = try await stack.start(machine, name: "x")
            let queue = stack.partitions.store(of: "a").keys.activity("a")
            try await eventually("its task waits") { try await stack.integer("LLEN", queue) == 1 }
            _ = try await stack.call("StopExecution", ["executionArn": .string(execution)])
            _ = try await stack.call("RedriveExecution", ["executionArn": .string(execution)])
            try await eventually("its task waits again, behind the one that is nobody's") {
                try await stack.integer("LLEN", queue) == 2
            }
            for _ in 0..<2 {
                let taken = try await stack.call("GetActivityTask", ["activityArn": .string(activity)])
                let token = try #require(taken.json.objectValue?["taskToken"], "\(taken.json.text)")
                _ = try await stack.call("SendTaskSuccess", ["taskToken": token, "output": "{}"])
            }
            _ = try await stack.closed(execution)
            let history = try await stack.call("GetExecutionHistory", ["executionArn": .string(execution)])
            let events = history.json.objectValue?["events"]?.arrayValue?.compactMap(\.objectValue) ?? []
            #expect(events.compactMap { $0["type"]?.stringValue } == Self.types)
            #expect(events.compactMap { $0["id"]?.integerValue } == Array(1...Int64(Self.types.count)))
            let audit = try Program(["audit"], environment: stack.environment)
            #expect(try await audit.end() == 0, "\(audit.output)")
        }
    }
}
