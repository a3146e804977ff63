import AllocationCounter
import Foundation
import Testing
import Waitable

/// What compiled machines are said to take, beside what the allocator says.
@Suite("The size of a compiled machine", .timeLimit(.minutes(1)))
struct CompiledSizeTests {
    private func compiled(_ definition: String) throws -> DeployedMachine {
        let revision = Revision(definition: definition, roleARN: "arn:aws:iam::000000000000:role/any")
        return try DeployedMachine(name: "m", hash: revision.hash, revision: revision)
    }

    /// The bytes that a compiled machine holds; 0 where they cannot be counted.
    private func held(_ definition: String) throws -> (bytes: Int, size: Int) {
        // What is made once is made.
        _ = try compiled(definition)
        let before = waitable_held_bytes()
        let machine = try compiled(definition)
        return (waitable_held_bytes() - before, machine.size)
    }

    /// A definition of which each word and sign becomes as much as it can.
    struct Dense: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let definition: String

        /// JSONata: a list of the same part.
        static func list(_ part: String, _ count: Int = 400) -> Dense {
            let parts = Array(repeating: part, count: count).joined(separator: ",")
            let output = "\"Output\":\"{% [\(parts)] %}\""
            return Dense(
                testDescription: part,
                definition: #"{"QueryLanguage":"JSONata","# + String(pass(output).dropFirst())
            )
        }

        /// A field of a Pass state with parts that have their number in them.
        static func field(_ name: String, _ brackets: String, _ count: Int, _ part: (Int) -> String) -> Dense {
            let parts = (0..<count).map(part).joined(separator: ",")
            let text = "\"\(name)\":\(brackets.prefix(1))\(parts)\(brackets.suffix(1))"
            return Dense(testDescription: "\(name) \(part(0))", definition: pass(text))
        }

        /// States of some fields, one behind the other.
        static func states(_ count: Int, _ fields: String) -> Dense {
            let states = (0..<count).map { #""\#($0)":{\#(fields),"Next":"\#($0 + 1)"}"# }.joined(separator: ",")
            let end = #","\#(count)":{"Type":"Succeed"}}}"#
            return Dense(testDescription: fields, definition: #"{"StartAt":"0","States":{"# + states + end)
        }

        /// A state with a list of parts that have their number in them.
        static func rules(_ before: String, _ count: Int, _ after: String, _ part: (Int) -> String) -> Dense {
            let parts = (0..<count).map(part).joined(separator: ",")
            let state = #"{"StartAt":"A","States":{"A":{\#(before):[\#(parts)]\#(after)}"#
            return Dense(testDescription: part(0), definition: state + #","B":{"Type":"Succeed"}}}"#)
        }

        private static func pass(_ field: String) -> String {
            #"{"StartAt":"A","States":{"A":{"Type":"Pass",\#(field),"End":true}}}"#
        }
    }

    private static let expressions: [Dense] =
        [
            "a", "a.b.%", "a.b.c.%.%", "-a", "[]", "{}", "$", "$f(a)", "(a)", "a[0]", "a[b][c]", "a?b:c",
            "function($x){$x}",
            "a^(b)", "a#$i", "a@$i.b", "*", "**", "1", "''", "$f(?,a)", "a.*.*.*", "a~>b", "|a|{}|", "a{b:c}", "{a:b}",
            "a+b", "a..b",
        ].map { .list($0) } + [.list(#"/[a-c]*\\S\\W+/i"#, 100), .list("a" + String(repeating: "+a", count: 30), 20)]

    private static let parallel =
        #""Type":"Parallel","Branches":[{"StartAt":"C","States":{"C":{"Type":"Succeed"}}}],"Next":"B""#

    private static let others: [Dense] = [
        .field("Result", "[]", 1_000) { "\($0 % 10)" }, .field("Result", "[]", 500) { _ in "{}" },
        .field("Result", "{}", 500) { #""\#($0)":1"# }, .field("Parameters", "{}", 400) { #""\#($0).$":"$.a""# },
        .field("Parameters", "{}", 50) { #""\#($0).$":"$"# + String(repeating: ".a", count: 50) + "\"" },
        .field("Parameters", "{}", 200) { #""\#($0).$":"$[?(@.a>1&&@.b)]""# },
        .field("Parameters", "{}", 100) { #""\#($0).$":"$[0,1,2,3,4,5,6,7]['a','b','c']..b""# },
        .field("Parameters", "{}", 100) { #""\#($0).$":"States.Array(1,2,3,$.a,States.Array(1))""# },
        .field("Parameters", "{}", 50) {
            #""\#($0).$":""# + String(repeating: "States.Array(", count: 10) + "1" + String(repeating: ")", count: 10)
                + "\""
        },
        .states(300, #""Type":"Pass""#), .states(300, #""Type":"Wait","Seconds":1"#),
        .states(
            100,
            #""Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","#
                + #""Parameters":{"TableName":"t","Key":{"id":{"S.$":"$.a"}}}"#
        ),
        .rules(#""Type":"Choice","Choices""#, 300, "") { _ in #"{"Variable":"$.a","IsNull":true,"Next":"B"}"# },
        .rules(#""Type":"Choice","Choices""#, 300, "") { _ in #"{"Not":{"Variable":"$","IsNull":true},"Next":"B"}"# },
        .rules(#""Type":"Parallel","Branches""#, 200, #","Next":"B""#) {
            #"{"StartAt":"\#($0)","States":{"\#($0)":{"Type":"Succeed"}}}"#
        },
        .rules(parallel + #","Retry""#, 300, "") {
            #"{"ErrorEquals":["\#($0)"]}"#
        },
        .rules(parallel + #","Catch""#, 300, "") {
            #"{"ErrorEquals":["\#($0)"],"Next":"B"}"#
        },
    ]

    @Test("is never told too small, however dense the definition", arguments: expressions + others)
    func enough(dense: Dense) throws {
        let (bytes, size) = try held(dense.definition)
        #expect(bytes <= size)
        #expect(bytes == 0 || bytes > 10_000)
    }

    @Test("is told within a small factor for the machine that ships")
    func usual() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let file = root.appending(path: "statemachine/waitable-stepfunction.asl.json")
        let (bytes, size) = try held(try String(contentsOf: file, encoding: .utf8))
        #expect(bytes == 0 || (bytes...10 * bytes).contains(size), "\(bytes) \(size)")
    }
}
