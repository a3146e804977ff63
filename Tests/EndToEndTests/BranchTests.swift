import Foundation
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

/// Branches of one execution, with real workers: each waits for its own instant and writes its own item.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BranchTests {
    /// Counts an item up, waits for an instant, and counts it up again. Only Redis knows what a count comes to.
    private static func branch(_ name: String) -> String {
        let count =
            #""Type":"Task","Resource":"arn:aws:states:::dynamodb:updateItem","ResultPath":"$.r\#(name)","#
            + #""Parameters":{"TableName":"items","Key":{"Id":{"S.$":"$.\#(name)"}},"UpdateExpression":"ADD n :one","#
            + #""ExpressionAttributeValues":{":one":{"N":"1"}},"ReturnValues":"UPDATED_NEW"}"#
        return #"{"StartAt":"First \#(name)","States":{"First \#(name)":{\#(count),"Next":"Wait \#(name)"},"#
            + #""Wait \#(name)":{"Type":"Wait","TimestampPath":"$.due\#(name)","Next":"Second \#(name)"},"#
            + #""Second \#(name)":{\#(count),"OutputPath":"$.r\#(name).Attributes.n.N","End":true}}}"#
    }

    private static let definition =
        #"{"StartAt":"Both","States":{"Both":{"Type":"Parallel","End":true,"Branches":[\#(branch("a")),\#(branch("b"))]}}}"#

    @Test("Two waits and two items in one execution, the worker killed between them: each once, none early")
    func killedBetween() async throws {
        try await Stack.with { stack in
            let first = try stack.worker()
            let machine = try #require(
                try await stack.call(
                    "CreateStateMachine",
                    [
                        "name": "both", "definition": .string(Self.definition),
                        "roleArn": "arn:aws:iam::000000000000:role/any",
                    ]
                ).json.objectValue?["stateMachineArn"]
            )
            let now = try await stack.now()
            let due = ["a": now.adding(milliseconds: 7_000), "b": now.adding(milliseconds: 3_000)]
            let input: JSON = .object([
                "a": "item-a", "b": "item-b", "duea": .string(try #require(due["a"]).iso8601),
                "dueb": .string(try #require(due["b"]).iso8601),
            ])
            let started = try await stack.call(
                "StartExecution",
                ["stateMachineArn": machine, "name": "one", "input": .string(input.text)]
            )
            let execution = try #require(started.json.objectValue?["executionArn"])
            try await eventually("the branch that is due first is done") {
                try await stack.count("item-b") == "2"
            }
            first.signal(SIGKILL)
            #expect(try await first.end() == SIGKILL)
            #expect(try await stack.count("item-a") == "1")
            let second = try stack.worker()
            try await eventually("it has succeeded") {
                try await stack.call("DescribeExecution", ["executionArn": execution]).json.objectValue?["status"]
                    == "SUCCEEDED"
            }
            let described = try await stack.call("DescribeExecution", ["executionArn": execution])
            #expect(described.json.objectValue?["output"] == .string(#"["2","2"]"#))
            #expect(try await stack.count("item-a") == "2")
            #expect(try await stack.count("item-b") == "2")

            let history = try await stack.call("GetExecutionHistory", ["executionArn": execution])
            let events = try #require(history.json.objectValue?["events"]?.arrayValue).compactMap(\.objectValue)
            #expect(events.map { $0["id"]?.integerValue } == (1...Int64(events.count)).map { $0 })
            #expect(events.filter { $0["type"] == "TaskSucceeded" }.count == 4)
            #expect(
                events.suffix(3).map { $0["type"]?.stringValue } == [
                    "ParallelStateSucceeded", "ParallelStateExited", "ExecutionSucceeded",
                ]
            )
            for (name, instant) in due {
                let entered = try #require(
                    events.first { $0["stateEnteredEventDetails"]?.objectValue?["name"] == .string("Second \(name)") }
                )
                let timestamp = try #require(entered["timestamp"]?.numberValue)
                #expect(instant.milliseconds <= Int64((timestamp * 1_000).rounded()), "\(name) is early")
            }
            second.signal(SIGTERM)
            #expect(try await second.end() == 0)
        }
    }
}

extension Stack {
    /// The attribute `n` of an item.
    fileprivate func count(_ id: String) async throws -> String? {
        let item = try await store(of: id).items([ItemKey(table: "items", id: id)])[0]
        guard let stored = item?.first(where: { $0.name == "n" })?.value else { return nil }
        return AttributeValue(stored: stored).json.objectValue?["N"]?.stringValue
    }
}
