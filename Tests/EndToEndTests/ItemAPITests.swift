import Foundation
import RedisTestServer
import StatesLanguage
import Testing
import Waitable

/// The items' API over HTTP: what it accepts, lists and refuses.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ItemAPITests {
    @Test("The same start again is the same answer; with another instant it is a conflict")
    func idempotentStart() async throws {
        try await Stack.with { stack in
            let body = #"{"Id":"a","StartTimestamp":"2036-01-01T00:00:00Z"}"#
            let first = try await stack.post(body)
            #expect(first.status == 200)
            #expect(try await stack.post(body).json == first.json)
            let other = try await stack.post(#"{"Id":"a","StartTimestamp":"2036-01-01T00:00:01Z"}"#)
            #expect(other.status == 409)
            #expect(other.json.objectValue?["code"] == "ItemExists")
            #expect(other.json.objectValue?["field"] == "Id")
            #expect(try await stack.dueCount() == 1)
        }
    }

    @Test("Without an Id one is made")
    func madeID() async throws {
        try await Stack.with { stack in
            let answer = try await stack.post(#"{"StartTimestamp":"2036-01-01T00:00:00.5+01:00"}"#)
            let id = try #require(answer.json.objectValue?["Id"]?.stringValue)
            #expect(id.count == 36)
            #expect(try await stack.get("/status/\(id)").json.objectValue?["ProcessStatus"] == "STARTED")
        }
    }

    @Test("Items are listed by due instant, in pages, filtered by status")
    func list() async throws {
        try await Stack.with { stack in
            for number in (1...7).reversed() {
                _ = try await stack.post(#"{"Id":"i\#(number)","StartTimestamp":"2036-01-0\#(number)T00:00:00Z"}"#)
            }
            var ids: [String] = []
            var token: String?
            repeat {
                let path = "/status?limit=3" + (token.map { "&nextToken=\($0)" } ?? "")
                let page = try #require(try await stack.get(path).json.objectValue)
                let items = try #require(page["items"]?.arrayValue)
                #expect(items.count <= 3)
                ids += items.compactMap { $0.objectValue?["Id"]?.stringValue }
                token = page["nextToken"]?.stringValue
            } while token != nil
            #expect(ids == (1...7).map { "i\($0)" })
            let done = try await stack.get("/status?ProcessStatus=COMPLETED").json.objectValue
            #expect(done?["items"] == .array([]))
            let started = try await stack.get("/status?ProcessStatus=STARTED&limit=2").json.objectValue
            #expect(started?["items"]?.arrayValue?.count == 2)
            #expect(started?["nextToken"] != nil)
        }
    }

    @Test("Bad input gets its error and changes nothing")
    func badInput() async throws {
        let long = String(repeating: "x", count: 81)
        let cases: [(String, UInt, String, JSON?)] = [
            ("", 400, "InvalidField", "body"),
            ("nonsense", 400, "InvalidField", "body"),
            ("[]", 400, "InvalidField", "body"),
            ("{}", 400, "InvalidField", "StartTimestamp"),
            (#"{"StartTimestamp":7}"#, 400, "InvalidField", "StartTimestamp"),
            (#"{"StartTimestamp":"2026-02-30T00:00:00Z"}"#, 400, "InvalidField", "StartTimestamp"),
            (#"{"StartTimestamp":"2026-01-01T00:00:00"}"#, 400, "InvalidField", "StartTimestamp"),
            (#"{"StartTimestamp":"2026-01-01 00:00:00Z"}"#, 400, "InvalidField", "StartTimestamp"),
            (#"{"StartTimestamp":"2026-01-01T24:00:00Z"}"#, 400, "InvalidField", "StartTimestamp"),
            (#"{"StartTimestamp":"2105-01-01T00:00:00Z"}"#, 400, "InvalidField", "StartTimestamp"),
            (#"{"StartTimestamp":"2026-01-01T00:00:00Z","Id":""}"#, 400, "InvalidField", "Id"),
            (#"{"StartTimestamp":"2026-01-01T00:00:00Z","Id":"a b"}"#, 400, "InvalidField", "Id"),
            (#"{"StartTimestamp":"2026-01-01T00:00:00Z","Id":"a:b"}"#, 400, "InvalidField", "Id"),
            (#"{"StartTimestamp":"2026-01-01T00:00:00Z","Id":"\#(long)"}"#, 400, "InvalidField", "Id"),
            (#"{"StartTimestamp":"2026-01-01T00:00:00Z","Id":7}"#, 400, "InvalidField", "Id"),
            (#"{"StartTimestamp":"2026-01-01T00:00:00Z","More":1}"#, 400, "InvalidField", "More"),
            (String(repeating: " ", count: 20_000), 413, "BodyTooLarge", "body"),
        ]
        try await Stack.with { stack in
            let before = try await stack.size()
            for (body, status, code, field) in cases {
                let answer = try await stack.post(body)
                #expect(answer.status == status, "\(body)")
                #expect(answer.json.objectValue?["code"] == .string(code), "\(body)")
                #expect(answer.json.objectValue?["field"] == field, "\(body)")
            }
            for path in ["/status?limit=0", "/status?limit=x", "/status?nextToken=zz", "/status?what=1"] {
                #expect(try await stack.get(path).status == 400, "\(path)")
            }
            #expect(try await stack.get("/status/none").status == 404)
            #expect(try await stack.size() == before)
        }
    }

    @Test("Ingest stays up without Redis, says so, and comes back")
    func withoutRedis() async throws {
        try await Stack.with(persistence: .appendOnly) { stack in
            #expect(try await stack.get("/healthz").status == 200)
            stack.redis.stop()
            try await eventually("it is unready") { try await stack.get("/readyz").status == 503 }
            #expect(try await stack.get("/healthz").status == 200)
            try stack.redis.start()
            try await eventually("it is ready again") { try await stack.get("/readyz").status == 200 }
            #expect(try await stack.post(#"{"StartTimestamp":"2036-01-01T00:00:00Z"}"#).status == 200)
        }
    }
}
