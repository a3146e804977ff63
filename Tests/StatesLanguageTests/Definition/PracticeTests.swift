import Foundation
import StatesLanguage
import Testing

/// Definitions as they are found in practice, in `Tests/Practice`, that need nothing but themselves.
@Suite("Definitions from practice", .timeLimit(.minutes(1)))
struct PracticeTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Practice")

    @Test(
        "run, and come to what they come to on AWS",
        arguments: [
            (
                "choice-every-operator",
                #"{"s":"m","t":"n","u":"a","z":"zz","n":5,"m":6,"o":1,"b":true,"f":false,"d":"2020-01-01T00:00:00Z","#
                    + #""e":"2001-01-01T00:00:00Z","l":"2100-01-01T00:00:00Z"}"#,
                #"{"s":"m","t":"n","u":"a","z":"zz","n":5,"m":6,"o":1,"b":true,"f":false,"d":"2020-01-01T00:00:00Z","#
                    + #""e":"2001-01-01T00:00:00Z","l":"2100-01-01T00:00:00Z"}"#
            ),
            (
                "intrinsics-all", #"{"name":"Ann","object":{"a":1},"list":[1,2,3]}"#,
                #"{"format":"Hello, my name is Ann, 'x' 3 {}","json":{"a":[1,2]},"text":"{\"a\":1}","#
                    + #""array":[1,"a","Ann",null,true],"partition":[[1,2],[3]],"contains":true,"range":[1,3,5,7,9],"item":1,"#
                    + #""length":3,"unique":[1,2],"encode":"YWJj","decode":"abc","hash":"900150983cd24fb0d6963f7d28e17f72","#
                    + #""merge":{"a":1,"b":2},"add":3,"split":["a","b"]}"#
            ),
            ("variables-assign", #"{"list":[7,8,9]}"#, #"{"n":3}"#),
            (
                "jsonata-order-fulfilment",
                #"{"order":{"id":"o1","items":[{"sku":"a","price":2,"quantity":3},{"sku":"b","price":1,"quantity":1}]}}"#,
                #"{"skus":["A","B"],"order":"o1"}"#
            ),
            ("mixed-languages", #"{"x":1}"#, #"{"b":2}"#),
            ("sdk-mixed-comments", #"{"wait":0}"#, #"[1,{"y":null}]"#),
        ]
    )
    func run(name: String, input: String, output: String) throws {
        let file = Self.folder.appending(path: "\(name).asl.json")
        var run = try Run(try String(contentsOf: file, encoding: .utf8), input: input)
        try run.finish()
        let text = try #require(run.output, "\(run.failure.map { "\($0)" } ?? "it is open")")
        #expect(try JSON(parsing: text) == JSON(parsing: output), "\(text)")
    }
}
