import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import RedisClient
import RedisTestServer
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

/// Batches over `POST /items`: a line in, a line out.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct BatchTests {
    private static func line(_ id: String, _ instant: String = "2036-01-01T00:00:00Z") -> String {
        #"{"Id":"\#(id)","StartTimestamp":"\#(instant)"}"# + "\n"
    }

    private static func lines(_ numbers: Range<Int>) -> String { numbers.map { line("order-\($0)") }.joined() }

    @Test("Each line gets its answer, in order, good and bad ones")
    func answers() async throws {
        try await Stack.with { stack in
            let answers = try await stack.batch(
                Self.line("a") + "\n" + Self.line("a", "2036-01-01T00:00:01Z") + "nonsense\r\n"
                    + #"{"Id":"b","StartTimestamp":"2036-01-01T00:00:00Z","stateMachine":"other"}"# + "\n"
                    + String(repeating: "x", count: 16_385) + "\n" + "[]\n"
                    + #"{"StartTimestamp":"2036-01-01T00:00:00Z","stateMachine":"waitable-stepfunction"}"#
            )
            #expect(answers.map { $0["line"]?.integerValue } == [1, 3, 4, 5, 6, 7, 8])
            #expect(answers.map { $0["status"]?.integerValue } == [nil, 409, 400, 404, 413, 400, nil])
            #expect(
                answers.map { $0["code"]?.stringValue } == [
                    nil, "ItemExists", "InvalidField", "StateMachineNotFound", "LineTooLong", "InvalidField", nil,
                ]
            )
            #expect(answers.map { $0["field"]?.stringValue } == [nil, "Id", "body", "stateMachine", nil, "body", nil])
            let arn = "arn:aws:states:us-east-1:000000000000:execution:waitable-stepfunction:"
            #expect(answers[0]["executionArn"] == .string(arn + "a"))
            #expect(answers[6]["Id"]?.stringValue.map { answers[6]["executionArn"] == .string(arn + $0) } == true)
            #expect(try await stack.dueCount() == 2)
        }
    }

    @Test("Invalid UTF-8 is one line's error")
    func invalidUTF8() async throws {
        try await Stack.with { stack in
            var request = HTTPClientRequest(url: stack.url + "/items")
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/x-ndjson; charset=utf-8")
            var bytes = ByteBuffer(string: #"{"Id":"a"#)
            bytes.writeBytes([0xFF])
            bytes.writeString("\"}\n" + Self.line("b"))
            request.body = .bytes(bytes)
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            let text = String(buffer: try await response.body.collect(upTo: 100_000))
            #expect(text.split(separator: "\n").count == 2)
            #expect(text.contains("Invalid UTF-8"), "\(text)")
            #expect(try await stack.dueCount() == 1)
        }
    }

    @Test("A batch needs its content type, and only known parameters; the query can name the state machine")
    func request() async throws {
        try await Stack.with { stack in
            for type in ["application/json", "", "text/plain", "application/x-ndjsonx"] {
                let answer = try await stack.post(
                    Self.line("a"),
                    to: "/items",
                    headers: type.isEmpty ? [] : [("Content-Type", type)]
                )
                #expect(answer.status == 415)
                #expect(answer.json.objectValue?["code"] == "UnsupportedMediaType")
            }
            let ndjson = ("Content-Type", "Application/X-NDJSON")
            let zipped = try await stack.post("", to: "/items", headers: [ndjson, ("Content-Encoding", "gzip")])
            #expect(zipped.status == 415)
            #expect(try await stack.post("", to: "/items?x=1", headers: [ndjson]).status == 400)
            #expect(try await stack.post("", to: "/items?stateMachine=a%20b", headers: [ndjson]).status == 400)
            #expect(try await stack.batch("", query: "?stateMachine=waitable-stepfunction") == [])
            let answers = try await stack.batch(Self.line("a"), query: "?stateMachine=other")
            #expect(answers[0]["code"] == "StateMachineNotFound")
            #expect(try await stack.dueCount() == 0)
        }
    }

    @Test("The same batch again gets the same answers, and changes nothing")
    func again() async throws {
        try await Stack.with { stack in
            let lines = Self.lines(0..<3_000)
            let answers = try await stack.batch(lines)
            #expect(answers.map { $0["Id"]?.stringValue } == (0..<3_000).map { "order-\($0)" })
            #expect(answers.allSatisfy { $0["code"] == nil })
            #expect(try await stack.dueCount() == 3_000)
            let keys = try await stack.size()
            #expect(try await stack.batch(lines) == answers)
            #expect(try await stack.dueCount() == 3_000)
            #expect(try await stack.size() == keys)
        }
    }

    @Test("Within a batch, the first line with an Id wins, however far the second one is behind it")
    func repeatedIDs() async throws {
        try await Stack.with { stack in
            let later = "2036-01-01T00:00:01Z"
            let answers = try await stack.batch(
                Self.line("a") + Self.line("a", later) + Self.line("a") + Self.lines(0..<1_200)
                    + Self.line("a", later) + Self.line("order-1", later) + Self.line("order-1199", later)
                    + Self.line("order-1198")
            )
            #expect(answers.count == 1_207)
            let conflicts = answers.filter { $0["status"] == .integer(409) }.map { $0["line"]?.integerValue }
            #expect(conflicts == [2, 1_204, 1_205, 1_206])
            #expect(answers[2]["startDate"] == answers[0]["startDate"])
            #expect(try await stack.dueCount() == 1_201)
        }
    }

    @Test("Of starts that race for an Id, by single requests and in batches, exactly one makes the execution")
    func race() async throws {
        try await Stack.with { stack in
            for round in 0..<5 {
                let id = "race-\(round)"
                let instants = (0..<4).map { "2036-01-01T00:00:0\($0)Z" }
                let answers = try await withThrowingTaskGroup(of: (String, JSONObject).self) { group in
                    for number in 0..<40 {
                        let instant = instants[number % 4]
                        group.addTask {
                            if number.isMultiple(of: 3) {
                                let lines = Self.line("\(id)-\(number)") + Self.line(id, instant)
                                return (instant, try await stack.batch(lines)[1])
                            }
                            let body = Self.line(id, instant)
                            return (instant, try #require(try await stack.post(body).json.objectValue))
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let accepted = answers.filter { $0.1["code"] == nil }
                #expect(Set(accepted.map(\.0)).count == 1, "one instant won")
                #expect(accepted.count == 10)
                #expect(Set(accepted.map { $0.1["startDate"] }).count == 1)
                #expect(answers.filter { $0.1["code"] == "ItemExists" }.count == 30)
                let item = try await stack.get("/status/\(id)").json.objectValue
                #expect(item?["StartActionAt"]?.stringValue == accepted[0].0)
            }
            #expect(try await stack.dueCount() == 5 + 5 * 14)
        }
    }

    @Test("Answers come while lines still do")
    func streaming() async throws {
        try await Stack.with { stack in
            let client = BatchClient(stack)
            for number in 0..<3 {
                client.write(Self.line("order-\(number)"))
                let answer = try await client.answer()
                #expect(answer?["Id"] == .string("order-\(number)"))
            }
            client.write(#"{"Id":"#)
            client.write(#""half""#)
            client.end()
            let last = try await client.answers(.max)
            #expect(last.map { $0["code"] } == ["InvalidField"])
        }
    }

    @Test("A client that does not read its answers is not read any further, and gets all of them in the end")
    func backPressure() async throws {
        try await Stack.with(environment: ["WAITABLE_BATCH_ANSWERS_KB": "64"]) { stack in
            // 40 MB of lines and 12 MB of answers: several times what the sockets hold, the client's being small.
            let blanks = String(repeating: " ", count: 3_400)
            func line(_ id: String) -> String {
                #"{"Id":"\#(id)","StartTimestamp":"2036-01-01T00:00:00Z"\#(blanks)}"# + "\n"
            }
            // Refused by an answer that repeats the Id.
            let long = line(String(repeating: "\u{1D11E}", count: 128))
            let chunks = (1_000..<2_000).map {
                ByteBuffer(string: line("order-\($0)") + String(repeating: long, count: 9))
            }
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .channelOption(.socketOption(.so_rcvbuf), value: 65_536)
                .connect(to: SocketAddress(ipAddress: "127.0.0.1", port: try #require(URL(string: stack.url)?.port))) {
                    channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            let text = try await channel.executeThenClose { inbound, outbound in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await outbound.write(
                            ByteBuffer(
                                string: "POST /items HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                    + "Content-Type: application/x-ndjson\r\n"
                                    + "Content-Length: \(1_000 * chunks[0].readableBytes)\r\n\r\n"
                            )
                        )
                        for chunk in chunks { try await outbound.write(chunk) }
                    }
                    var (before, same) = (-1.0, 0)
                    // One of ten lines is started when it is read; the system's buffers hold some that are not.
                    try await eventually("the client is not read any more") {
                        let now = try await Scrape(stack.url + "/metrics").sum("waitable_starts_total")
                        same = now == before ? same + 1 : 0
                        before = now
                        return now > 10 && same == 50
                    }
                    #expect(before < 900, "\(before)")
                    var received = ByteBuffer()
                    for try await part in inbound {
                        received.writeImmutableBuffer(part)
                        if received.readableBytesView.suffix(5).elementsEqual("0\r\n\r\n".utf8) { break }
                    }
                    try await group.waitForAll()
                    return String(buffer: received)
                }
            }
            #expect(text.split(separator: #"{"line":"#).count == 10_001)
        }
    }

    @Test(
        "Redis away in mid-stream: each line says so, and starts when it is sent again",
        .disabled(if: StackRedis.isCluster, "stops its only server")
    )
    func redisAway() async throws {
        try await Stack.with(persistence: .appendOnly) { stack in
            let client = BatchClient(stack)
            client.write(Self.lines(0..<700))
            #expect(try await client.answers(700).allSatisfy { $0["code"] == nil })
            stack.redis.stop()
            client.write(Self.lines(700..<5_000))
            let lost = try await client.answers(4_300)
            #expect(lost.count == 4_300)
            #expect(lost.allSatisfy { $0["status"] == .integer(503) && $0["Id"] != nil })
            try stack.redis.start()
            try await eventually("it is ready again") { try await stack.get("/readyz").status == 200 }
            client.write(Self.lines(700..<5_000))
            client.end()
            let found = try await client.answers(.max)
            #expect(found.count == 4_300)
            #expect(found.allSatisfy { $0["code"] == nil })
            #expect(try await stack.dueCount() == 5_000)
        }
    }

    @Test(
        "Redis full in mid-stream: each line that did not fit says so, and nothing of it is there",
        .disabled(if: StackRedis.isCluster, "fills its only server")
    )
    func redisFull() async throws {
        try await Stack.with(options: ["--maxmemory", "6mb", "--maxmemory-policy", "noeviction"]) { stack in
            let answers = try await stack.batch(Self.lines(0..<12_000))
            #expect(answers.count == 12_000)
            let refused = answers.filter { $0["code"] == "OutOfMemory" && $0["status"] == .integer(503) }
            let started = answers.filter { $0["code"] == nil }
            #expect(refused.count + started.count == 12_000)
            #expect(refused.count > 1_000 && started.count > 1_000)
            try await stack.expectWhole(started)
        }
    }

    @Test("A client that goes away in mid-stream: what was answered is started, and nothing is half there")
    func clientAway() async throws {
        try await Stack.with { stack in
            var answered: [JSONObject] = []
            do {
                let client = BatchClient(stack)
                client.write(Self.lines(0..<4_000))
                answered = try await client.answers(600)
                client.write(#"{"Id":"cut","StartTimestamp":"2036"#)
            }
            // The place of the batch is free again when ingest has seen the end of the connection.
            var before = -1
            try await eventually("no more items are started") {
                let now = try await stack.dueCount()
                defer { before = now }
                return now == before
            }
            try await stack.expectWhole(answered, orMore: true)
        }
    }

    @Test("A stop in mid-stream: lines are answered as not started, and ingest ends in time")
    func stop() async throws {
        try await Stack.with { stack in
            let client = BatchClient(stack)
            client.write(Self.lines(0..<100))
            #expect(try await client.answers(100).allSatisfy { $0["code"] == nil })
            stack.ingest.signal(SIGTERM)
            var answer: JSONObject?
            var number = 100
            try await eventually("a line is refused") {
                client.write(Self.line("order-\(number)"))
                number += 1
                answer = try await client.answer()
                return answer?["code"] == "Stopping"
            }
            #expect(answer?["status"] == .integer(503))
            client.end()
            #expect(try await client.answers(.max).isEmpty)
            #expect(try await stack.dueCount() == number - 1)
        }
    }

    @Test("Clients that open batches and send nothing lose their places to one that sends, which keeps its own")
    func silence() async throws {
        try await Stack.with(environment: ["WAITABLE_BATCH_REQUESTS": "3"]) { stack in
            let port = try #require(URL(string: stack.url)?.port)
            let sender = BatchClient(stack)
            sender.write(Self.lines(0..<500))
            #expect(try await sender.answers(500).count == 500)
            let open =
                "POST /items HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
            var silent: [RawClient] = []
            for _ in 0..<20 { silent.append(try await RawClient(port: port, open)) }
            var number = 500
            try await eventually("another one is taken") {
                sender.write(Self.lines(number..<(number + 100)))
                #expect(try await sender.answers(100).count == 100)
                number += 100
                let client = BatchClient(stack)
                client.write(Self.line("late"))
                client.end()
                return try await client.answer()?["Id"] == "late"
            }
            sender.end()
            #expect(try await sender.answers(.max).isEmpty)
            #expect(try await stack.dueCount() == number + 1)
            for client in silent { try? await client.leave(byReset: true) }
        }
    }

    @Test("curl -T does not wait for a 100 Continue that never comes, and an early refusal reaches it")
    func curl() async throws {
        try await Stack.with { stack in
            let file = FileManager.default.temporaryDirectory.appending(path: "waitable-\(UUID().uuidString).ndjson")
            defer { try? FileManager.default.removeItem(at: file) }
            // Beyond 1 MiB curl asks first.
            try Data(Self.lines(0..<20_000).utf8).write(to: file)
            let curl =
                "curl -sS --expect100-timeout 600 --max-time 60 -T \(file.path) -X POST \(stack.url)/items"
                + " -H 'Expect: 100-continue'"
            let answers = try await ConsoleSession.shell(
                curl + " -H 'Content-Type: application/x-ndjson' | grep -c executionArn",
                environment: [:]
            )
            #expect(answers == "20000")
            let refused = try await ConsoleSession.shell(curl + " -w '%{http_code}'", environment: [:])
            #expect(refused.hasSuffix("415"), "\(refused)")
        }
    }

    @Test("A process takes so many batches at once, and more when one ends")
    func places() async throws {
        try await Stack.with(environment: ["WAITABLE_BATCH_REQUESTS": "3"]) { stack in
            var clients: [BatchClient] = []
            for number in 0..<3 {
                clients.append(BatchClient(stack))
                clients[number].write(Self.line("order-\(number)"))
                let answer = try await clients[number].answer()
                #expect(answer?["Id"] == .string("order-\(number)"))
            }
            let ndjson = ("Content-Type", "application/x-ndjson")
            let refused = try await stack.post(Self.line("a"), to: "/items", headers: [ndjson])
            #expect(refused.status == 503)
            #expect(refused.json.objectValue?["code"] == "TooManyBatches")
            clients.removeLast().end()
            try await eventually("a place is free") {
                let client = BatchClient(stack)
                client.write(Self.line("a"))
                client.end()
                return try await client.answer()?["Id"] == "a"
            }
            for client in clients { client.end() }
        }
    }
}

extension Stack {
    /// Checks that each accepted line has its item, document and place in `due`, and that nothing else is there.
    fileprivate func expectWhole(_ answers: [JSONObject], orMore: Bool = false) async throws {
        // All of a partition at one instant: starts may still be under way.
        let all = """
            return {
                redis.call('ZRANGE', KEYS[1], 0, -1), redis.call('KEYS', ARGV[1]), redis.call('HKEYS', KEYS[2])
            }
            """
        var members: Set<String> = []
        var documents: Set<String> = []
        var names: [String] = []
        for store in partitions.stores {
            let keys = store.keys
            let command = RedisCommand("EVAL", all, "2", keys.due, keys.executions, keys.pattern)
            let reply = try #require(try await store.client.send(command).array)
            members.formUnion(try #require(reply[0].array).compactMap(\.string))
            names += try #require(reply[1].array).compactMap(\.string)
            documents.formUnion(try #require(reply[2].array).compactMap(\.string))
        }
        let answered = Set(answers.compactMap { $0["Id"]?.stringValue.map { "waitable-stepfunction:\($0)" } })
        #expect(orMore ? members.isSuperset(of: answered) : members == answered)
        #expect(names.filter { $0.contains(":item:") }.count == members.count)
        #expect(documents == members)
        #expect(names.filter { $0.contains(":history:") }.isEmpty)
    }
}
