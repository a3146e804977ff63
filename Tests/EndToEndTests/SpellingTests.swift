import Foundation
import StatesLanguage
import Testing
import Waitable

/// Names and inputs that look the same, and are not, on their way through ingest, Redis and workers.
@Suite("Texts that look the same", .serialized, .timeLimit(.minutes(2)))
struct SpellingTests {
    private static let composed = "caf\u{E9}"
    private static let decomposed = "cafe\u{301}"

    @Test("Two machines whose names look the same each run their own definition, on ingest and on a worker")
    func machines() async throws {
        try await Stack.with(workers: 1) { stack in
            var machines: [String] = []
            for name in [Self.composed, Self.decomposed] {
                let definition =
                    #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"Next":"P"},"#
                    + #""P":{"Type":"Pass","Result":"\#(name)","End":true}}}"#
                machines.append(try await stack.create(name, definition))
            }
            #expect(machines[0] != machines[1])
            // The same name of the execution too: each machine has its own.
            var executions: [String] = []
            for machine in machines { executions.append(try await stack.start(machine, name: "x")) }
            #expect(executions[0] != executions[1])
            for (name, execution) in zip([Self.composed, Self.decomposed], executions) {
                #expect(try await stack.closed(execution)["output"] == .string(#""\#(name)""#))
            }
            let listed = try await stack.call("ListStateMachines", [:]).json.objectValue?["stateMachines"]?.arrayValue
            let names = try #require(listed).compactMap { $0.objectValue?["name"]?.stringValue }
            #expect(names.filter { $0 == Self.composed }.count == 1)
            #expect(names.filter { $0 == Self.decomposed }.count == 1)
        }
    }

    @Test("In one batch, each line starts the machine that it spells")
    func batch() async throws {
        try await Stack.with(workers: 1) { stack in
            let names = [Self.composed, Self.decomposed]
            for name in names {
                let definition = #"{"StartAt":"P","States":{"P":{"Type":"Pass","Result":"\#(name)","End":true}}}"#
                _ = try await stack.create(name, definition)
            }
            let lines = names.map { name in
                #"{"Id":"x","StartTimestamp":"2036-01-01T00:00:00Z","stateMachine":"\#(name)"}"# + "\n"
            }
            let answers = try await stack.batch(lines.joined())
            #expect(answers.map { $0["code"] } == [nil, nil])
            for name in names {
                let execution = ARN().execution(ExecutionKey(machine: name, name: "x"))
                #expect(try await stack.closed(execution)["output"] == .string(#""\#(name)""#))
            }
        }
    }

    @Test("A machine whose name begins with a mark tells its parent of its end")
    func child() async throws {
        try await Stack.with(workers: 1) { stack in
            let child = try await stack.create(
                "\u{301}child",
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"End":true}}}"#
            )
            let parent = try await stack.create(
                "\u{301}parent",
                #"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2","#
                    + #""Parameters":{"StateMachineArn":"\#(child)","Input":{"a":1}},"OutputPath":"$.Output","End":true}}}"#
            )
            let execution = try await stack.start(parent)
            #expect(try await stack.closed(execution)["output"] == #"{"a":1}"#)
        }
    }

    @Test("Another input under a used name is a conflict, however alike it looks")
    func input() async throws {
        try await Stack.with { stack in
            let machine = try await stack.create(
                "waits",
                #"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}"#
            )
            let first: JSONObject = [
                "stateMachineArn": .string(machine), "name": "x", "input": .string(#"{"a":"\#(Self.composed)"}"#),
            ]
            var second = first
            second["input"] = .string(#"{"a":"\#(Self.decomposed)"}"#)
            #expect(try await stack.call("StartExecution", first).status == 200)
            #expect(try await stack.call("StartExecution", first).status == 200)
            let refused = try await stack.call("StartExecution", second)
            #expect(refused.status == 400)
            #expect(refused.json.objectValue?["__type"]?.stringValue?.hasSuffix("ExecutionAlreadyExists") == true)
            // A name that looks the same is another name.
            var third = first
            third["name"] = .string(Self.composed)
            #expect(try await stack.call("StartExecution", third).status == 200)
            third["name"] = .string(Self.decomposed)
            third["input"] = .string("{}")
            #expect(try await stack.call("StartExecution", third).status == 200)
            #expect(try await stack.dueCount() == 3)
        }
    }

    @Test("Two attributes of an item, and two members of its maps, keep their own values")
    func attributes() async throws {
        try await Stack.with(workers: 1) { stack in
            let (one, two) = (Self.composed, Self.decomposed)
            let machine = try await stack.create(
                "items",
                #"""
                {"StartAt":"Put","States":{
                  "Put":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","ResultPath":null,"Next":"Update",
                    "Parameters":{"TableName":"t","Item":{"Id":{"S":"a"},"\#(one)":{"S":"1"},"\#(two)":{"S":"2"},
                      "m":{"M":{"\#(one)":{"S":"1"},"\#(two)":{"S":"2"}}}}}},
                  "Update":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:updateItem","ResultPath":null,"Next":"Get",
                    "Parameters":{"TableName":"t","Key":{"Id":{"S":"a"}},"UpdateExpression":"SET #o = :o, #t = :t",
                      "ConditionExpression":"#o <> #t AND #o = :one","ExpressionAttributeNames":{"#o":"\#(one)","#t":"\#(two)"},
                      "ExpressionAttributeValues":{":one":{"S":"1"},":o":{"S":"3"},":t":{"S":"4"}}}},
                  "Get":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","OutputPath":"$.Item","End":true,
                    "Parameters":{"TableName":"t","Key":{"Id":{"S":"a"}}}}}}
                """#
            )
            let description = try await stack.closed(try await stack.start(machine))
            let output = try #require(description["output"]?.stringValue, "\(JSON.object(description).text)")
            let item = try #require(try JSON(parsing: output).objectValue)
            #expect(item[one] == .object(["S": "3"]))
            #expect(item[two] == .object(["S": "4"]))
            let members = try #require(item["m"]?.objectValue?["M"]?.objectValue)
            #expect(members[one] == .object(["S": "1"]))
            #expect(members[two] == .object(["S": "2"]))
        }
    }

    @Test("Tags, and activities, are told apart by their code units")
    func tags() async throws {
        try await Stack.with { stack in
            let machine = try await stack.create("m", #"{"StartAt":"S","States":{"S":{"Type":"Succeed"}}}"#)
            let tags: [JSON] = [Self.composed, Self.decomposed].map { name in
                .object(["key": .string(name), "value": .string(name)])
            }
            let body: JSONObject = ["resourceArn": .string(machine), "tags": .array(tags)]
            #expect(try await stack.call("TagResource", body).status == 200)
            _ = try await stack.call(
                "UntagResource",
                ["resourceArn": .string(machine), "tagKeys": .array([.string(Self.composed)])]
            )
            let left = try await stack.call("ListTagsForResource", ["resourceArn": .string(machine)])
            #expect(left.json.objectValue?["tags"] == .array([tags[1]]))

            for name in [Self.composed, Self.decomposed] {
                #expect(try await stack.call("CreateActivity", ["name": .string(name)]).status == 200)
            }
            let listed = try await stack.call("ListActivities", [:]).json.objectValue?["activities"]?.arrayValue
            #expect(listed?.count == 2)
        }
    }
}
