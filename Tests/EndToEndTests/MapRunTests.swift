import Foundation
import StatesLanguage
import Testing
import WaitableRedis

/// Map runs over the Step Functions API: described, listed and changed while they are under way.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct MapRunTests {
    /// A Map state whose items end when a worker of an activity says so.
    private static func definition(_ fields: String = "", activity: String) -> String {
        #"{"StartAt":"M","States":{"M":{"Type":"Map","Label":"L",\#(fields)"End":true,"ItemProcessor":{"ProcessorConfig":{"#
            + #""Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":{"Type":"Task","#
            + #""Resource":"\#(activity)","End":true}}}}}}"#
    }

    private static let runs = "arn:aws:states:us-east-1:000000000000:mapRun:m/L:"

    private func begin(
        _ stack: Stack,
        _ fields: String,
        items: Int,
        running: Int
    ) async throws -> (execution: String, run: JSON, activity: String) {
        let activity = try await stack.call("CreateActivity", ["name": "a"]).json.objectValue?["activityArn"]?
            .stringValue
        let machine = try await stack.create("m", Self.definition(fields, activity: try #require(activity)))
        let execution = try await stack.start(machine, JSON.array((0..<Int64(items)).map { .integer($0) }).text)
        try await eventually("the items run") {
            let list = try await stack.call("ListMapRuns", ["executionArn": .string(execution)]).json
            guard let run = list.objectValue?["mapRuns"]?.arrayValue?.first?.objectValue?["mapRunArn"] else {
                return false
            }
            return try await counts(stack, run)["running"]?.integerValue == Int64(running)
        }
        let list = try await stack.call("ListMapRuns", ["executionArn": .string(execution)]).json
        let run = try #require(list.objectValue?["mapRuns"]?.arrayValue?.first?.objectValue?["mapRunArn"])
        return (execution, run, try #require(activity))
    }

    private func describe(_ stack: Stack, _ run: JSON) async throws -> JSONObject {
        try #require(try await stack.call("DescribeMapRun", ["mapRunArn": run]).json.objectValue)
    }

    private func counts(_ stack: Stack, _ run: JSON) async throws -> JSONObject {
        try #require(try await describe(stack, run)["executionCounts"]?.objectValue)
    }

    /// Answers some of an activity's tasks.
    private func answer(_ stack: Stack, _ activity: String, _ count: Int, fails: Bool = false) async throws {
        for _ in 0..<count {
            var status: UInt
            repeat {
                let task = try await stack.call("GetActivityTask", ["activityArn": .string(activity)]).json
                let token = try #require(task.objectValue?["taskToken"])
                let body: JSONObject = fails ? ["taskToken": token] : ["taskToken": token, "output": "1"]
                status = try await stack.call(fails ? "SendTaskFailure" : "SendTaskSuccess", body).status
                // Where the execution is in another partition, only the answer to a task tells that it waits no more.
            } while status == 400 && stack.partitions.stores.count > 1
            #expect(status == 200)
        }
    }

    @Test("A run is described and listed with its executions, changed under way, and described when it has ended")
    func life() async throws {
        try await Stack.with(workers: 2) { stack in
            let (execution, run, activity) = try await begin(stack, #""MaxConcurrency":1,"#, items: 4, running: 1)
            #expect(run.stringValue?.hasPrefix(Self.runs) == true)
            let history = try await stack.call("GetExecutionHistory", ["executionArn": .string(execution)]).json
            let started = history.objectValue?["events"]?.arrayValue?[3].objectValue
            #expect(started?["mapRunStartedEventDetails"]?.objectValue?["mapRunArn"] == run)

            var described = try await describe(stack, run)
            #expect(described["status"] == "RUNNING")
            #expect(described["executionArn"] == .string(execution))
            #expect(described["maxConcurrency"] == .integer(1))
            #expect(described["stopDate"] == nil)
            #expect(described["itemCounts"]?.objectValue?["pending"] == .integer(3))
            #expect(described["itemCounts"]?.objectValue?["total"] == .integer(4))

            let update: JSONObject = [
                "mapRunArn": run, "maxConcurrency": .integer(3), "toleratedFailureCount": .integer(1),
            ]
            #expect(try await stack.call("UpdateMapRun", update).json == .object([:]))
            try await eventually("three run at once") {
                try await counts(stack, run)["running"] == .integer(3)
            }
            described = try await describe(stack, run)
            #expect(described["maxConcurrency"] == .integer(3))
            #expect(described["toleratedFailureCount"] == .integer(1))

            let listed = try await stack.call("ListExecutions", ["mapRunArn": run]).json.objectValue
            let children = try #require(listed?["executions"]?.arrayValue)
            #expect(children.count == 3)
            #expect(children.allSatisfy { $0.objectValue?["mapRunArn"] == run })

            try await answer(stack, activity, 1, fails: true)
            try await answer(stack, activity, 3)
            #expect(try await stack.closed(execution)["status"] == "SUCCEEDED")
            described = try await describe(stack, run)
            #expect(described["status"] == "SUCCEEDED")
            #expect(described["stopDate"] != nil)
            let ended = try #require(described["executionCounts"]?.objectValue)
            #expect(ended["succeeded"] == .integer(3))
            #expect(ended["failed"] == .integer(1))
            let late = try await stack.call("UpdateMapRun", update)
            #expect(late.status == 400)
            #expect(late.json.objectValue?["__type"] == "ValidationException")
            // Made again from the journal: the change has its place in it.
            #expect(
                try await stack.events(execution) == [
                    "ExecutionStarted", "MapStateEntered", "MapStateStarted", "MapRunStarted", "MapRunSucceeded",
                    "MapStateSucceeded", "MapStateExited", "ExecutionSucceeded",
                ]
            )
        }
    }

    @Test("A run of an execution that is stopped is aborted; a redrive goes on with it")
    func redrive() async throws {
        try await Stack.with(workers: 1) { stack in
            let (execution, run, activity) = try await begin(stack, "", items: 2, running: 2)
            try await answer(stack, activity, 1)
            try await eventually("one has succeeded") { try await counts(stack, run)["succeeded"] == .integer(1) }
            #expect(try await stack.call("StopExecution", ["executionArn": .string(execution)]).status == 200)
            try await stack.settle()
            var described = try await describe(stack, run)
            #expect(described["status"] == "ABORTED")
            #expect(described["stopDate"] != nil)
            #expect(described["itemCounts"]?.objectValue?["aborted"] == .integer(1))
            #expect(try await stack.call("RedriveExecution", ["executionArn": .string(execution)]).status == 200)
            // It is running as soon as its execution is; that it was redriven is known once a worker has made that step.
            try await eventually("it goes on") { try await describe(stack, run)["redriveCount"] == .integer(1) }
            described = try await describe(stack, run)
            #expect(described["status"] == "RUNNING")
            #expect(described["redriveDate"] != nil)
            try await answer(stack, activity, 1)
            #expect(try await stack.closed(execution)["status"] == "SUCCEEDED")
            #expect(try await describe(stack, run)["status"] == "SUCCEEDED")
        }
    }

    @Test("What is no map run is refused in AWS's words; runs are listed by pages")
    func refusals() async throws {
        try await Stack.with(workers: 1) { stack in
            let run = Self.runs + "x.4"
            for operation in ["DescribeMapRun", "UpdateMapRun"] {
                let unknown = try await stack.call(operation, ["mapRunArn": .string(run)]).json.objectValue
                #expect(unknown?["__type"] == "ResourceNotFound")
                #expect(unknown?["message"] == .string("Resource not found: '\(run)'"))
                let other = "arn:aws:states:us-east-1:000000000000:execution:m:x"
                let wrong = try await stack.call(operation, ["mapRunArn": .string(other)]).json.objectValue
                #expect(wrong?["__type"] == "InvalidArn")
            }
            let over = try await stack.call(
                "UpdateMapRun",
                ["mapRunArn": .string(run), "toleratedFailurePercentage": .double(100.5)]
            ).json.objectValue
            #expect(
                over?["message"]
                    == "1 validation error detected: Value '100.5' at 'toleratedFailurePercentage' failed to satisfy constraint: Member must have value less than or equal to 100"
            )
            let map =
                #"{"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"#
                + #""StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}"#
            let nested = map.replacing(#""StartAt":"I""#, with: #""StartAt":"J""#)
                .replacing(#""I":"#, with: #""J":"#)
            let machine = try await stack.create(
                "two",
                #"{"StartAt":"A","States":{"A":\#(map),"Next":"B"},"B":\#(nested),"End":true}}}"#
            )
            let execution = try await stack.start(machine, "[1]")
            #expect(try await stack.closed(execution)["output"] == "[1]")
            var labels: [String] = []
            var page: JSONObject = ["executionArn": .string(execution), "maxResults": .integer(1)]
            while true {
                let answer = try #require(try await stack.call("ListMapRuns", page).json.objectValue)
                labels += (answer["mapRuns"]?.arrayValue ?? []).compactMap {
                    $0.objectValue?["mapRunArn"]?.stringValue?.split(separator: "/").last?.split(separator: ":").first
                        .map(String.init)
                }
                guard let token = answer["nextToken"] else { break }
                page["nextToken"] = token
            }
            #expect(labels == ["B", "A"])
        }
    }
}
