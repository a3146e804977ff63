import RedisClient
import StatesLanguage
import Testing
import Waitable

@Suite("Texts that Lua is slow with", .redisServer, .timeLimit(.minutes(1)))
struct CollidingTextsTests {
    private static let arn = "arn:aws:states:::aws-sdk:dynamodb:"

    private func list(_ texts: some Collection<String>) -> String {
        JSON.array(texts.map(JSON.string)).text
    }

    private func program(_ texts: some Collection<String>) -> String {
        #"{"task":7,"op":"update","key":{"Id":{"S":"x"}},"if":["absent",["zz"]],"update":{"set":[[["l"],["v",{"SS":"#
            + list(texts) + #"}]]],"add":[],"remove":[],"delete":[]},"return":"ALL_NEW","echo":""}"#
    }

    private func entry(_ name: String, _ program: String, _ token: String) -> Entry {
        Entry(name, next: "=", token: token, history: "-", effects: [["evaluate", "T:\(name)", program]])
    }

    @Test("a commit reads so many as are read in a moment; the other programs wait for the next call")
    func commit() async throws {
        let partition = try Partition()
        let names = (0..<4).map { "m:\($0)" }
        for name in names { try await partition.accept(name) }
        let token = try await partition.claim().token
        let program = program(CollidingTexts.make(5_900))
        var left = names
        while !left.isEmpty {
            let entries = left.map { entry($0, program, token) }
            let replies = try #require(try await partition.call("commit", [token] + Entry.arguments(entries)).array)
            #expect(replies[0].array?.first == .integer(1))
            #expect(replies.dropFirst().allSatisfy { $0 == .integer(4) })
            left.removeFirst()
        }
        #expect(try await partition.item("T:m:3")["l"]?.hasPrefix(#"{"SS":["#) == true)
    }

    @Test("of the programs of one entry, those that others leave no room fail, and may be tried again")
    func step() async throws {
        let partition = try Partition()
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        let effects = (0..<5).map { number in
            let texts = (0..<5_000).map { "text\($0 + 10_000 * number)" }
            return ["evaluate", "T:a", program(texts).replacing(#""echo":"""#, with: #""echo":"\"\#(number)""#)]
        }
        let entry = Entry("m:a", next: "=", token: token, history: "-", effects: effects)
        let reply = try await partition.call("commit", [token] + Entry.arguments([entry]))
        let outcomes = try #require(reply.array?.first?.array).dropFirst().compactMap(\.string)
        #expect(outcomes.count == 5)
        for (number, outcome) in outcomes.enumerated() {
            #expect(outcome.hasPrefix(#"{"task":7,"echo":"\"\#(number)","#))
            #expect(outcome.contains("ProvisionedThroughputExceededException") == (number > 1))
        }
    }

    @Test("many small programs are as many in one call, and a start's are too")
    func small() async throws {
        let partition = try Partition()
        let names = (0..<400).map { "m:\($0)" }
        let program = program(["aaaa", "bbbb"])
        let replies = try await partition.call(
            "accept",
            Entry.arguments(
                names.map { name in
                    Entry(name, next: "1", effects: [["evaluate", "T:\(name)", program]])
                }
            )
        ).array
        let kinds = try #require(replies).map { $0 == .integer(4) }
        #expect(kinds.first == false && kinds.last == true)
        let applied = kinds.prefix { !$0 }.count
        #expect(applied > 200 && kinds.dropFirst(applied).allSatisfy { $0 })
        #expect(try await partition.document("m:399") == nil)
    }

    @Test("a program with more of them is refused, and takes no other with it")
    func tooMany() async throws {
        let partition = try Partition()
        try await partition.accept("m:a", "m:b")
        let token = try await partition.claim().token
        let entries = [
            entry("m:a", program((0...Limits.texts).map { "text\($0)" }), token),
            entry("m:b", program(["text"]), token),
        ]
        let replies = try #require(try await partition.call("commit", [token] + Entry.arguments(entries)).array)
        #expect(replies[0].refusal?.hasPrefix("VALIDATION program: must have at most \(Limits.texts) texts") == true)
        #expect(replies[1].array?.first == .integer(1))
    }

    @Test("an item with more of them is not read, whoever wrote it")
    func item() async throws {
        let partition = try Partition()
        let texts = CollidingTexts.make(8_192)
        let message = "The item and the request have more than \(Limits.texts) names and texts"
        try await partition.redis("HSET", "~:item:T:m:a", "l", #"{"SS":\#(list(texts))}"#)
        for chunk in 0..<4 {
            let fields = texts.dropFirst(1_000 * chunk).prefix(1_000).flatMap { [$0, "x" + $0] }
            var command = RedisCommand("HSET", partition.prefix + ":item:T:m:b")
            for field in fields { command.append(field) }
            _ = try await partition.client.send(command)
        }
        try await partition.redis("HSET", "~:item:T:m:c", "l", #"{"SS":\#(list(texts.prefix(3_000)))}"#)
        for (name, own, isRead) in [("m:a", 1, false), ("m:b", 1, false), ("m:c", 3_100, false), ("m:c", 2_900, true)] {
            try await partition.redis("HDEL", "~:executions", name)
            try await partition.accept(name)
            let token = try await partition.claim().token
            let entries = Entry.arguments([entry(name, program(texts.suffix(own)), token)])
            let reply = try #require(try await partition.call("commit", [token] + entries).array?.first?.array)
            let outcome = try #require(reply.last?.string)
            #expect(outcome.contains(message) != isRead && outcome.contains("ValidationException") != isRead, "\(name)")
        }
    }

    @Test(
        "a task that has more of them fails, and one that has as many is asked for",
        arguments: ["putItem", "updateItem"]
    )
    func task(action: String) throws {
        func begin(_ value: String, evaluates: Bool) throws -> (disposition: TaskDisposition, effect: ItemEffect?) {
            let fields =
                action == "putItem"
                ? #""Item":{"Id":{"S":"x"},\#(value)}"#
                : #""Key":{"Id":{"S":"x"}},"UpdateExpression":"SET a=:v","ExpressionAttributeValues":{":v":{"M":{\#(value)}}}"#
            return ItemTaskHandler(execution: ExecutionKey(machine: "m", name: "a"), alwaysEvaluate: evaluates).begin(
                TaskRequest(
                    id: 7,
                    state: "S",
                    resource: Self.arn + action,
                    parameters: try JSON(parsing: #"{"TableName":"T",\#(fields)}"#),
                    attempt: 0,
                    timeoutSeconds: nil,
                    heartbeatSeconds: nil
                )
            )
        }
        func isRefused(_ disposition: TaskDisposition) -> Bool {
            guard case .failed(_, let cause) = disposition else { return false }
            return cause?.hasPrefix("The request has more than \(Limits.texts) names and texts") == true
        }
        let names = (0..<3_100).map { #""name\#($0)":{"S":"text\#($0)"}"# }
        #expect(isRefused(try begin(names.joined(separator: ","), evaluates: true).disposition))
        #expect(!isRefused(try begin(names.prefix(2_900).joined(separator: ","), evaluates: true).disposition))
        let numbers =
            #""l":{"L":[\#(Array(repeating: #"{"N":"1"},{"NULL":true}"#, count: 10_000).joined(separator: ","))]}"#
        // Of these there may be many, but fewer values.
        guard case .failed(_, let cause) = try begin(numbers, evaluates: true).disposition else {
            Issue.record("not refused")
            return
        }
        #expect(cause?.hasPrefix("The request has more than \(Limits.values) values") == true)
        if action == "putItem" {
            #expect(isRefused(try begin(names.joined(separator: ","), evaluates: false).disposition))
        }
        // Quotes in texts do not hide others.
        let quotes = (0..<6_100).map { #"{"S":"\"a\"\#($0)\"b\""}"# }.joined(separator: ",")
        #expect(isRefused(try begin(#""l":{"L":[\#(quotes)]}"#, evaluates: true).disposition))
    }
}
