import Foundation
import StatesLanguage
import Testing
import WaitableRedis

/// Machines of JSONata, with real workers.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct JSONataTests {
    private static let definition = #"""
        {"QueryLanguage":"JSONata","StartAt":"Prepare","States":{
          "Prepare":{"Type":"Pass","Assign":{"ids":"{% $states.input.items.id %}","due":"{% $fromMillis($millis() + 1500) %}"},"Next":"Both"},
          "Both":{"Type":"Parallel","Arguments":{"of":"{% $count($ids) %}"},"Branches":[
            {"StartAt":"Each","States":{
              "Each":{"Type":"Map","Items":"{% $ids %}","MaxConcurrency":"{% 2 %}",
                "ItemSelector":{"id":"{% $states.context.Map.Item.Value %}","of":"{% $states.input.of %}"},
                "ItemProcessor":{"StartAt":"Count","States":{
                  "Count":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:updateItem",
                    "Arguments":{"TableName":"items","Key":{"Id":{"S":"{% $states.input.id %}"}},"UpdateExpression":"ADD n :one",
                      "ExpressionAttributeValues":{":one":{"N":"1"}},"ReturnValues":"UPDATED_NEW"},
                    "Assign":{"n":"{% $number($states.result.Attributes.n.N) %}"},
                    "Output":"{% $states.input %}","Next":"Until"},
                  "Until":{"Type":"Wait","Timestamp":"{% $due %}","Output":{"id":"{% $states.input.id %}","n":"{% $n %}","r":"{% $random() %}"},"End":true}}},
                "Output":"{% $states.result %}","End":true}}},
            {"StartAt":"Try","States":{
              "Try":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"fail","Payload":"{% $states.input %}"},
                "Retry":[{"ErrorEquals":["Broken"],"IntervalSeconds":1,"MaxAttempts":1}],
                "Catch":[{"ErrorEquals":["States.ALL"],"Assign":{"why":"{% $states.errorOutput.Error %}"},"Output":"{% $states.input.of %}","Next":"Echo"}],"End":true},
              "Echo":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"echo","Payload":{"why":"{% $why %}","of":"{% $states.input %}"}},
                "Output":"{% $states.result.Payload %}","End":true}}}],
            "Output":{"each":"{% $states.result[0] %}","echo":"{% $states.result[1] %}"},"Next":"Enough"},
          "Enough":{"Type":"Choice","Choices":[{"Condition":"{% $sum($states.input.each.n) = 3 %}","Output":{"ids":"{% $states.input.each.id %}","echo":"{% $states.input.echo %}"},"Next":"Done"}],"Default":"Short"},
          "Done":{"Type":"Succeed"},
          "Short":{"Type":"Fail","Error":"Short","Cause":"{% $string($states.input) %}"}}}
        """#

    @Test(
        "Branches, iterations, a retry, a catcher, a wait and variables, the worker killed in between: each once, and told so"
    )
    func whole() async throws {
        let server = try await FunctionServer()
        let environment = ["WAITABLE_FUNCTIONS": "*=http://127.0.0.1:\(server.port)/{name}"]
        try await Stack.with { stack in
            let first = try stack.worker(environment)
            let machine = try await stack.create("all", Self.definition)
            let execution = try await stack.start(machine, #"{"items":[{"id":"a"},{"id":"b"},{"id":"c"}]}"#)
            // In the pause before the retry: a call that is under way would be lost with its worker.
            try await eventually("the first try failed") { try await stack.events(execution).contains("TaskFailed") }
            first.signal(SIGKILL)
            #expect(try await first.end() == SIGKILL)
            let second = try stack.worker(environment)
            let closed = try await stack.closed(execution)
            #expect(
                closed["output"] == .string(#"{"ids":["a","b","c"],"echo":{"why":"Broken","of":3}}"#),
                "\(JSON.object(closed).text)"
            )
            #expect(Set(server.calls.filter { $0.path == "/fail" }.map(\.key)).count == 2, "one retry")
            #expect(server.calls.last?.body == #"{"why":"Broken","of":3}"#)
            let events = try await stack.events(execution)
            // What is told of the execution is what came to be, though each step is made again for it.
            #expect(events.last == "ExecutionSucceeded")
            #expect(events.filter { $0 == "MapIterationSucceeded" }.count == 3)
            #expect(events.filter { $0 == "TaskFailed" }.count == 2)
            #expect(try await stack.events(execution) == events)
            second.signal(SIGTERM)
            #expect(try await second.end() == 0)
        }
    }

    @Test("an expression that fails is told with its place, and DescribeStateMachine tells of the variables")
    func failure() async throws {
        try await Stack.with(workers: 1) { stack in
            let machine = try await stack.create(
                "fails",
                #"{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","Output":{"x":"{% $gone %}"},"End":true}}}"#
            )
            let execution = try await stack.start(machine)
            #expect(try await stack.closed(execution)["error"] == "States.QueryEvaluationError")
            let history = try await stack.call("GetExecutionHistory", ["executionArn": .string(execution)]).json
            let events = try #require(history.objectValue?["events"]?.arrayValue).compactMap(\.objectValue)
            let failed = try #require(events.first { $0["type"] == "EvaluationFailed" })
            #expect(failed["evaluationFailedEventDetails"]?.objectValue?["location"] == "Output/x")
            let described = try await stack.call("DescribeStateMachine", ["stateMachineArn": .string(machine)]).json
            #expect(described.objectValue?["variableReferences"] == .object(["A": .array(["gone"])]))
        }
    }
}
