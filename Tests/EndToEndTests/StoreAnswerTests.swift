import Foundation
import NIOCore
import NIOHTTP1
import StatesLanguage
import Testing
import WaitableRedis

/// Stores that answer with something else than they were asked for.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct StoreAnswerTests: LargeInputSuite {
    @Test("A store that lists more objects than it was asked for is not taken for one that has no more")
    func longLists() async throws {
        let keys = (0..<70).map { "k-\($0 + 100)" }
        let server = try await FunctionServer { call in
            guard call.path.contains("list-type") else { return (200, "\"\(call.path)\"\n") }
            let last = call.path.components(separatedBy: "start-after=").dropFirst().first?.prefix { $0 != "&" } ?? ""
            let rest = keys.filter { $0 > last }
            // The first 60 have no content.
            let contents = rest.prefix(60)
                .map { "<Contents><Key>\($0)</Key><Size>\($0 < "k-160" ? 0 : 1)</Size></Contents>" }.joined()
            let isTruncated = "<IsTruncated>\(rest.count > 60)</IsTruncated>"
            return (200, "<ListBucketResult>\(isTruncated)\(contents)</ListBucketResult>")
        }
        let environment = ["WAITABLE_BUCKETS": "data=s3+http://127.0.0.1:\(server.port)"]
        try await Stack.with(workers: 1, environment: environment) { stack in
            let listed = Self.objects(
                "listObjectsV2",
                #""InputType":"JSONL","Transformation":"LOAD_AND_FLATTEN""#,
                #""Bucket":"data","Prefix":"k""#
            )
            let read = try await run(stack, Self.map(listed))
            let items = try JSON(parsing: try #require(read["output"]?.stringValue)).arrayValue
            #expect(items?.map { $0.objectValue?["v"]?.stringValue } == keys.dropFirst(60).map { "/data/\($0)" })
        }
    }

    @Test("Answers with too much, with nothing or without an end fail the state, or are read as far as needed")
    func strange() async throws {
        let line = ByteBuffer(string: String(repeating: "1\n", count: 30_000))
        let server = try await FunctionServer.replying { call in
            let part: HTTPHeaders = ["ETag": "\"1\"", "Content-Range": "bytes 0-1/4"]
            switch call.path {
            case "/endless.jsonl": return .endless(line)
            // More than its own header says, and more than was asked for.
            case "/more.jsonl": return .answer(status: 206, headers: part, body: ByteBuffer(string: "1\n2\n3\n"))
            case "/much.jsonl":
                return .answer(
                    status: 206,
                    headers: part,
                    body: ByteBuffer(bytes: Array(repeating: 0x0A, count: 70_000))
                )
            case "/nothing.jsonl": return .answer(status: 206, headers: part, body: ByteBuffer())
            case "/other.jsonl":
                let other: HTTPHeaders = ["ETag": "\"1\"", "Content-Range": "bytes 7-8/9"]
                return .answer(status: 206, headers: other, body: ByteBuffer(string: "1\n"))
            case "/none.jsonl": return .answer(status: 204, headers: [:], body: ByteBuffer())
            default: return .close
            }
        }
        let environment = ["WAITABLE_BUCKETS": "data=http://127.0.0.1:\(server.port)"]
        try await Stack.with(workers: 1, environment: environment) { stack in
            let config = #""InputType":"JSONL","MaxItems":1000"#
            let counted = #","ResultSelector":{"n.$":"States.ArrayLength($)"}"#
            let endless = try await run(stack, Self.map(Self.reader(config, key: "endless.jsonl") + counted))
            #expect(endless["output"] == #"{"n":1000}"#, "\(endless)")
            for (key, cause) in [
                ("more", "answered with a part that is longer than it says"),
                ("much", "answered with more bytes than it was asked for"),
                ("nothing", "answered with a part that is cut off"),
                ("other", "answered with another part than was asked for: 'bytes 7-8/9'"),
                ("none", "answered 204 No Content for 'none.jsonl'"), ("close", "gave no answer: "),
            ] {
                let failed = try await run(stack, Self.map(Self.reader(config, key: key + ".jsonl")))
                #expect(failed["error"] == "States.ItemReaderFailed", "\(key)")
                let reason = "The object '\(key).jsonl': \(cause)"
                #expect(failed["cause"]?.stringValue?.hasPrefix(reason) == true, "\(key): \(failed)")
            }
        }
    }
}
