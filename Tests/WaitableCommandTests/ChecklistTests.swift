import ArgumentParser
import StatesLanguage
import Testing
import Waitable
import WaitableWorker

@testable import WaitableCommand

@Suite("Checklists", .timeLimit(.minutes(1)))
struct ChecklistTests {
    private static let definition = #"""
        {"StartAt":"A","States":{
          "A":{"Type":"Task","Resource":"arn:aws:states:::ecs:runTask.sync","Parameters":{},"Next":"B"},
          "B":{"Type":"Map","Next":"C","ItemProcessor":{"StartAt":"F","States":{
            "F":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"pack"},"Next":"G"},
            "G":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName.$":"$.f"},"End":true}}}},
          "C":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:s3:getObject","Parameters":{},"Next":"D"},
          "D":{"Type":"Task","Resource":"arn:aws:states:::http:invoke","Parameters":{"ApiEndpoint":"https://api.example.com/x","Method":"GET"},"Next":"E"},
          "E":{"Type":"Task","Resource":"arn:aws:states:us-east-1:000000000000:activity:mail","Next":"H"},
          "H":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","Parameters":{"TableName":"t","Key":{"Id":{"S":"1"}}},"Next":"I"},
          "I":{"Type":"Task","Resource":"arn:aws:states:::ecs:runTask.sync","Parameters":{},"Next":"J"},
          "J":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:listExecutions","Parameters":{},"End":true}}}
        """#

    private func lines(_ values: (Setting, String)...) throws -> [String] {
        let settings = try Settings(
            flags: try SettingFlags.parse([]),
            more: values.map { ($0.0, $0.1) },
            process: "test",
            environment: [:]
        )
        let machine = try StateMachine(definition: Self.definition, resources: TaskCatalog())
        return Checklist(machine.needs, settings.calls).lines.map(\.text)
    }

    @Test("Each thing is named once, with what provides it, and is provided or not")
    func named() throws {
        #expect(
            try lines() == [
                "[ ] an adapter for arn:aws:states:::ecs:runTask.sync: WAITABLE_INTEGRATIONS",
                "[ ] an adapter for arn:aws:states:::aws-sdk:s3:getObject: WAITABLE_INTEGRATIONS",
                "[ ] the host of https://api.example.com/x: WAITABLE_HTTP_HOSTS",
                "[?] the activity mail: aws stepfunctions create-activity --name mail, and a worker of it",
                "[ ] the function pack: WAITABLE_FUNCTIONS",
                "[ ] the functions that the input names: WAITABLE_FUNCTIONS",
            ]
        )
        let some = try lines(
            (.integrations, "arn:aws:states:::aws-sdk:=http://a/"),
            (.httpHosts, "*.example.com"),
            (.functions, "pack=http://b/")
        )
        #expect(some.map { $0.prefix(3) } == ["[ ]", "[x]", "[x]", "[?]", "[x]", "[?]"])
        let all = try lines((.integrations, "arn:aws:states:::=http://a/"), (.functions, "*=http://b/{name}"))
        #expect(all.map { $0.prefix(3) } == ["[x]", "[x]", "[ ]", "[?]", "[x]", "[x]"])
    }

    @Test("Buckets are named with their setting, and a definition whose buckets have places is not warned of")
    func buckets() throws {
        let definition = #"""
            {"StartAt":"M","States":{"M":{"Type":"Map","End":true,
              "ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"in","Key":"k"}},
              "ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket.$":"$.out"}},
              "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
                "StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}}
            """#
        let machine = try StateMachine(definition: definition, resources: TaskCatalog())
        for (value, marks, warnings) in [
            (nil, ["[ ]", "[ ]"], 2), ("in=http://a/", ["[x]", "[?]"], 2), ("*=http://a/", ["[x]", "[x]"], 0),
        ] as [(String?, [Substring], Int)] {
            let settings = try Settings(
                flags: try SettingFlags.parse([]),
                more: [(.buckets, value)],
                process: "test",
                environment: [:]
            )
            let lines = Checklist(machine.needs, settings.calls).lines.map(\.text)
            #expect(
                lines.map { $0.dropFirst(4) } == [
                    "the bucket in: WAITABLE_BUCKETS", "the buckets that the input names: WAITABLE_BUCKETS",
                ]
            )
            #expect(lines.map { $0.prefix(3) } == marks)
            let file = try DefinitionFile(
                text: definition,
                path: "f",
                name: "f",
                substitutions: [:],
                calls: settings.calls
            )
            #expect(file.warnings.count == warnings)
        }
    }

    @Test("What an adapter is known for is not warned of")
    func warnings() throws {
        func warnings(_ text: String) throws -> [String] {
            let calls = try Settings(
                flags: try SettingFlags.parse([]),
                more: [(.integrations, text)],
                process: "test",
                environment: [:]
            )
            .calls
            return try DefinitionFile(text: Self.definition, path: "f", name: "f", substitutions: [:], calls: calls)
                .warnings.map { "\($0)" }
        }
        #expect(try warnings("arn:aws:states:::=http://a/").isEmpty)
        let found = try warnings("arn:aws:states:::ecs:=http://a/")
        #expect(found.count == 1 && found[0].contains("aws-sdk:s3:getObject"), "\(found)")
    }
}
