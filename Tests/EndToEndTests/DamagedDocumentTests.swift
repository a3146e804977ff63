import Foundation
import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableRedis

/// Documents that somebody's tool, or a disk, has damaged.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct DamagedDocumentTests {
    private static let ids = ["cut", "overwritten", "junk", "empty", "object", "input"]

    @Test("The doctor finds each damaged document; reading one says so, and lists and the others go on")
    func damaged() async throws {
        try await Stack.with { stack in
            for id in Self.ids + ["whole"] {
                let start = #"{"Id":"\#(id)","StartTimestamp":"2036-01-01T00:00:00Z"}"#
                #expect(try await stack.post(start).status == 200)
            }
            #expect(try await Program.run("doctor", environment: stack.environment).1.contains("unreadable") == false)
            try await damage(stack)

            let (code, text) = try await Program.run("doctor", "--json", environment: stack.environment)
            #expect(code == 1)
            let report = try #require(try JSON(parsing: text).objectValue)
            #expect(report["countsByCode"]?.objectValue?["document-unreadable"] == .integer(Int64(Self.ids.count)))
            for id in Self.ids { #expect(text.contains("waitable-stepfunction:\(id) in ")) }
            #expect(!text.contains("secret"))

            for id in Self.ids where id != "input" {
                for path in ["/items/\(id)", "/items/\(id)/timeline"] {
                    let answer = try await stack.get(path)
                    #expect(answer.status == 500)
                    let error = try #require(answer.json.objectValue)
                    #expect(error["code"] == "DocumentUnreadable")
                    let message = try #require(error["message"]?.stringValue)
                    let start = "The document of the execution 'waitable-stepfunction:\(id)' in Redis is damaged: it "
                    #expect(message.hasPrefix(start) && !message.contains("secret"), "\(message)")
                }
                let arn = "arn:aws:states:us-east-1:000000000000:execution:waitable-stepfunction:\(id)"
                let answer = try await stack.call("DescribeExecution", ["executionArn": .string(arn)])
                #expect(answer.status == 500)
                #expect(answer.json.objectValue?["__type"] == "InternalFailure")
                #expect(answer.json.objectValue?["message"]?.stringValue?.contains(id) == true)
                // The same Id again cannot be told from a conflict.
                let again = try await stack.post(#"{"Id":"\#(id)","StartTimestamp":"2036-01-01T00:00:00Z"}"#)
                #expect(again.status == 500)
                #expect(again.json.objectValue?["code"] == "DocumentUnreadable")
            }
            let items = try await stack.get("/items")
            #expect(items.status == 200)
            #expect(items.json.text.contains("whole"))
            let machine = "arn:aws:states:us-east-1:000000000000:stateMachine:waitable-stepfunction"
            let list = try await stack.call("ListExecutions", ["stateMachineArn": .string(machine)])
            #expect(list.status == 200)
            #expect(list.json.text.contains("whole"))
            #expect(try await stack.get("/status").status == 200)
        }
    }

    private func damage(_ stack: Stack) async throws {
        func document(_ id: String) async throws -> [UInt8] {
            let key = ExecutionKey(machine: "waitable-stepfunction", name: id)
            return try #require(try await stack.store.documents([key])[0])
        }
        func replace(_ id: String, _ bytes: [UInt8]) async throws {
            var command = RedisCommand("HSET", stack.store.keys.executions, "waitable-stepfunction:\(id)")
            command.append(bytes)
            #expect(try await stack.store.client.send(command) == .integer(0))
        }
        let whole = try await document("whole")
        try await replace("cut", Array(try await document("cut").prefix(20)))
        var overwritten = try await document("overwritten")
        overwritten.replaceSubrange(3..<9, with: "secret".utf8.map { $0 | 0x80 })
        try await replace("overwritten", overwritten)
        try await replace("junk", Array("secret".utf8))
        try await replace("empty", [])
        try await replace("object", Array(#"{"s":"R","d":"0123456789abcdef","b":1,"input":{"secret":"#.utf8))
        // As one whose input is verbatim: what was cut is its end.
        let separators = whole.indices.filter { whole[$0] == UInt8(ascii: ";") }
        try await replace("input", whole[...separators[5]] + Array(#"{"secret":1"#.utf8))
    }
}
