import RedisClient
import StatesLanguage
import Testing
import Waitable

/// What one call does for declared tables at the most, in steps of work (`work.lua`): they are counted, so that it is the same
/// on every machine.
@Suite("The work of calls on declared tables", .redisServer, .timeLimit(.minutes(2)))
struct TableWorkTests {
    private static let tooMuch = TableResult.failure(
        code: "ValidationException",
        message: "The request and its items are more work than one request may take"
    )

    /// A partition with the table `t`, its key `c:S,o:N`.
    private func table() async throws -> Partition {
        let partition = try Partition()
        try await partition.declare("t", "c:S,o:N")
        return partition
    }

    private static func key(_ order: Int) -> String { #""c":{"S":"a"},"o":{"N":"\#(order)"}"# }

    /// Puts so many items, with more attributes.
    private func put(_ count: Int, _ attributes: String, _ partition: Partition) async throws {
        for first in stride(from: 0, to: count, by: 25) {
            let puts = (first..<min(first + 25, count)).map {
                #"{"PutRequest":{"Item":{\#(Self.key($0)),\#(attributes)}}}"#
            }
            let written = try await partition.perform(
                .batchWriteItem,
                #"{"RequestItems":{"t":[\#(puts.joined(separator: ","))]}}"#
            )
            #expect(written == .answer(.object(["UnprocessedItems": .object([:])])))
        }
    }

    /// How many items the pages of a request look at, and how many items they have together.
    private func looked(_ parameters: String, _ partition: Partition) async throws -> (pages: [Int64], items: Int) {
        var parameters = try #require(try JSON(parsing: parameters).objectValue)
        var pages: [Int64] = []
        var items = 0
        while true {
            let members = try await partition.perform(.scan, .object(parameters)).members
            pages.append(try #require(members["ScannedCount"]?.integerValue))
            items += members["Items"]?.arrayValue?.count ?? 0
            guard let key = members["LastEvaluatedKey"] else { return (pages, items) }
            parameters["ExclusiveStartKey"] = key
        }
    }

    @Test("a page ends at its work, be it what it shows or what its filter does; the pages together have everything")
    func pages() async throws {
        let partition = try await table()
        try await put(300, #""n":{"N":"7"},"s":{"S":"text"},"m":{"M":{"a":{"L":[{"N":"1"}]}}}"#, partition)
        let plain = try await looked(#"{"TableName":"t"}"#, partition)
        #expect(plain.pages.allSatisfy { $0 <= 150 } && plain.pages[0] >= 50 && plain.items == 300)
        let nested = try await looked(#"{"TableName":"t","ProjectionExpression":"o,m.a[0]"}"#, partition)
        #expect(nested.pages.allSatisfy { $0 <= 150 } && nested.items == 300)
        func filtered(_ filter: String, _ values: [String]) async throws -> [Int64] {
            let values = values.enumerated().map { #"":v\#($0)":\#($1)"# }.joined(separator: ",")
            let found = try await looked(
                #"{"TableName":"t","FilterExpression":"\#(filter)","ExpressionAttributeValues":{\#(values)}}"#,
                partition
            )
            #expect(found.items == 300 && found.pages.reduce(0, +) == 300)
            return found.pages
        }
        let candidates = (0..<99).map { #"{"S":"no \#($0)"}"# } + [#"{"S":"text"}"#]
        let list = candidates.indices.map { ":v\($0)" }.joined(separator: ",")
        #expect(try await filtered("s IN (\(list))", candidates).allSatisfy { $0 <= 40 })
        let terms = (0..<100).map { "NOT contains(s, :v\($0))" }.joined(separator: " AND ")
        #expect(try await filtered(terms, (0..<100).map { #"{"S":"x\#($0)"}"# }).allSatisfy { $0 <= 20 })
    }

    @Test("an item that is too much for the rest of a page begins the next one")
    func heavyItems() async throws {
        let partition = try await table()
        let list = Array(repeating: #"{"N":"1"}"#, count: 2_000).joined(separator: ",")
        for order in 0..<6 {
            let item = #"{"TableName":"t","Item":{\#(Self.key(order)),"l":{"L":[\#(list)]}}}"#
            #expect(try await partition.perform(.putItem, item) == .answer(.object([:])))
        }
        let whole = try await looked(#"{"TableName":"t"}"#, partition)
        #expect(whole.pages.allSatisfy { $0 <= 2 } && whole.items == 6)
        let terms = (0..<3).map { "NOT contains(l, :v\($0))" }.joined(separator: " AND ")
        let values = (0..<3).map { #"":v\#($0)":{"N":"\#($0 + 2)"}"# }.joined(separator: ",")
        let filtered = try await looked(
            #"{"TableName":"t","FilterExpression":"\#(terms)","ExpressionAttributeValues":{\#(values)}}"#,
            partition
        )
        #expect(filtered.pages.allSatisfy { $0 <= 1 } && filtered.items == 6)
    }

    /// A condition of many searches, each of which stops at every character of a text of one letter.
    private static func searches(_ count: Int) -> (condition: String, values: String) {
        let part = String(repeating: "a", count: 200)
        let terms = (0..<count).map { "NOT contains(s, :v\($0))" }.joined(separator: " AND ")
        return (terms, (0..<count).map { #"":v\#($0)":{"S":"\#(part)\#($0)"}"# }.joined(separator: ","))
    }

    @Test("a condition that is too much work is refused, and changes nothing; searches of a usual text are not")
    func conditions() async throws {
        let partition = try await table()
        try await put(1, #""n":{"N":"1"}"#, partition)
        func update(_ searches: (condition: String, values: String)) async throws -> TableResult {
            try await partition.perform(
                .updateItem,
                #"{"TableName":"t","Key":{\#(Self.key(0))},"UpdateExpression":"ADD n :n","#
                    + #""ConditionExpression":"\#(searches.condition)","#
                    + #""ExpressionAttributeValues":{":n":{"N":"1"},\#(searches.values)}}"#
            )
        }
        for text in [String(repeating: "a", count: 400_000), String(repeating: "lorem ipsum ", count: 33_333)] {
            try await partition.redis("HSET", "~:record:t:a:0", "n", #"{"N":"1"}"#, "s", text)
            #expect(try await update(Self.searches(1)) == .answer(.object([:])))
            let isDense = text.hasPrefix("aa")
            #expect(try await update(Self.searches(60)) == (isDense ? Self.tooMuch : .answer(.object([:]))))
            #expect(try await partition.redis("HGET", "~:record:t:a:0", "n").string == #"{"N":"\#(isDense ? 2 : 3)"}"#)
        }
    }

    @Test("what would be too much to answer with is refused before anything is written")
    func returned() async throws {
        let partition = try await table()
        try await put(1, #""n":{"N":"1"}"#, partition)
        let list = Array(repeating: #"{"N":"1"}"#, count: 20_000).joined(separator: ",")
        try await partition.redis("HSET", "~:record:t:a:0", "l", #"{"L":[\#(list)]}"#)
        func update(_ wanted: String) async throws -> TableResult {
            try await partition.perform(
                .updateItem,
                #"{"TableName":"t","Key":{\#(Self.key(0))},"UpdateExpression":"ADD n :n","#
                    + #""ExpressionAttributeValues":{":n":{"N":"1"}},"ReturnValues":"\#(wanted)"}"#
            )
        }
        for wanted in ["ALL_NEW", "ALL_OLD"] { #expect(try await update(wanted) == Self.tooMuch) }
        #expect(try await partition.redis("HGET", "~:record:t:a:0", "n").string == #"{"N":"1"}"#)
        #expect(try await update("UPDATED_NEW").members["Attributes"] == .object(["n": .object(["N": .string("2")])]))
    }

    @Test("a batch or a transaction that is too much work writes nothing")
    func batches() async throws {
        let partition = try await table()
        try await put(2, #""n":{"N":"1"}"#, partition)
        let list = Array(repeating: #"{"N":"1"}"#, count: 2_900).joined(separator: ",")
        // What has so many values twice.
        let puts = (0..<2).map { #"{"PutRequest":{"Item":{\#(Self.key($0)),"l":{"SS":["a"]},"m":{"L":[\#(list)]}}}}"# }
        let texts = (0..<5_000).map { #""\#($0)""# }.joined(separator: ",")
        let more = #"{"PutRequest":{"Item":{\#(Self.key(2)),"s":{"NS":[\#(texts)]}}}}"#
        for (puts, result) in [
            (puts, TableResult.answer(.object(["UnprocessedItems": .object([:])]))), (puts + [more], Self.tooMuch),
        ] {
            for order in 0..<2 { try await partition.redis("HDEL", "~:record:t:a:\(order)", "m") }
            let request = #"{"RequestItems":{"t":[\#(puts.joined(separator: ","))]}}"#
            #expect(try await partition.perform(.batchWriteItem, request) == result)
            let isWritten: Int64 = result == Self.tooMuch ? 0 : 1
            #expect(try await partition.redis("HEXISTS", "~:record:t:a:0", "m") == .integer(isWritten))
            #expect(try await partition.redis("HEXISTS", "~:record:t:a:1", "m") == .integer(isWritten))
        }
        try await partition.redis("HSET", "~:record:t:a:1", "s", String(repeating: "a", count: 400_000))
        let searches = Self.searches(60)
        let transaction = try await partition.perform(
            .transactWriteItems,
            #"{"TransactItems":[{"Update":{"TableName":"t","Key":{\#(Self.key(0))},"UpdateExpression":"SET z = :z","#
                + #""ExpressionAttributeValues":{":z":{"N":"1"}}}},"#
                + #"{"ConditionCheck":{"TableName":"t","Key":{\#(Self.key(1))},"#
                + #""ConditionExpression":"\#(searches.condition)","#
                + #""ExpressionAttributeValues":{\#(searches.values)}}}]}"#
        )
        guard case .failure("TransactionCanceledException", let message) = transaction else {
            Issue.record("\(transaction)")
            return
        }
        #expect(message.hasSuffix("[None, ValidationError]"))
        #expect(try await partition.redis("HEXISTS", "~:record:t:a:0", "z") == .integer(0))
    }

    @Test("queries of one step share its work: those that find none left are read afterwards, and all have everything")
    func steps() async throws {
        let partition = try await table()
        try await put(200, #""n":{"N":"7"},"s":{"S":"text"}"#, partition)
        let query = try TableOperation(.scan, parameters: try JSON(parsing: #"{"TableName":"t"}"#))
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        let effects = (0..<16).map { ["evaluate", "t:x", query.program(task: $0 + 7, echo: .object([:]))] }
        let reply = try await partition.call(
            "commit",
            [token] + Entry.arguments([Entry("m:a", next: "1", token: token, effects: effects)])
        )
        let outcomes = try #require(reply.array?.first?.array).dropFirst().map { try JSON(parsing: $0.string ?? "") }
        let counts = outcomes.map { $0.objectValue?["answer"]?.objectValue?["Count"]?.integerValue ?? 0 }
        #expect(counts.count == 16 && counts[0] > 50 && counts.dropFirst().allSatisfy { $0 == 0 })
        for (number, outcome) in outcomes.enumerated() {
            let whole = try await partition.readOn(outcome).objectValue ?? [:]
            #expect(whole["task"] == .integer(Int64(number + 7)))
            let answer = whole["answer"]?.objectValue ?? [:]
            #expect(
                answer["Count"] == .integer(200) && answer["ScannedCount"] == .integer(200)
                    && answer["LastEvaluatedKey"] == nil
            )
            #expect(Set(answer["Items"]?.arrayValue ?? []).count == 200)
        }
    }

    @Test("the parts of a page are what DynamoDB's page is: up to its limit, or all that there is; each is bounded")
    func parts() async throws {
        let partition = try await table()
        try await put(1_000, #""n":{"N":"7"},"s":{"S":"text"},"m":{"M":{"a":{"L":[{"N":"1"}]}}}"#, partition)
        func read(_ action: ItemOperationName, _ more: String) async throws -> JSONObject {
            let parameters = try JSON(parsing: #"{"TableName":"t"\#(more)}"#)
            let first = try await partition.outcome(of: try TableOperation(action, parameters: parameters))
            #expect(UnfinishedReading.isUnfinished(first))
            let whole = try await partition.readOn(first) { part in
                let looked = part.objectValue?["answer"]?.objectValue?["ScannedCount"]?.integerValue ?? .max
                #expect(looked <= 300)
            }
            return try #require(whole.objectValue?["answer"]?.objectValue, "\(whole.text.prefix(300))")
        }
        let all = try await read(.scan, "")
        #expect(
            all["Count"] == .integer(1_000) && all["ScannedCount"] == .integer(1_000) && all["LastEvaluatedKey"] == nil
        )
        #expect(Set(all["Items"]?.arrayValue ?? []).count == 1_000)
        let limited = try await read(.scan, #","Limit":333"#)
        #expect(limited["Count"] == .integer(333) && limited["Items"]?.arrayValue?.count == 333)
        #expect(limited["LastEvaluatedKey"] == (try JSON(parsing: "{\(Self.key(332))}")))
        let values = #","ExpressionAttributeValues":{":c":{"S":"a"},":o":{"N":"900"}}"#
        let backward = try await read(
            .query,
            #","KeyConditionExpression":"c = :c AND o < :o","ScanIndexForward":false\#(values)"#
        )
        let orders = backward["Items"]?.arrayValue?.compactMap { $0.objectValue?["o"]?.objectValue?["N"]?.stringValue }
        #expect(orders == (0..<900).reversed().map { "\($0)" })
        let none = #","FilterExpression":"s = :s","ExpressionAttributeValues":{":s":{"S":"other"}}"#
        let filtered = try await read(.scan, none)
        #expect(
            filtered["Count"] == .integer(0) && filtered["ScannedCount"] == .integer(1_000)
                && filtered["Items"] == .array([])
        )
        let counted = try await read(.scan, #","Select":"COUNT""#)
        #expect(counted == ["Count": .integer(1_000), "ScannedCount": .integer(1_000)])
    }

    @Test("a page ends at 1 MB of items, however many parts it has: the parts together, not each of them")
    func megabyte() async throws {
        let partition = try await table()
        try await put(400, #""s":{"S":"\#(String(repeating: "x", count: 4_000))"}"#, partition)
        let parameters = try JSON(
            parsing: #"{"TableName":"t","Select":"COUNT","FilterExpression":"attribute_exists(s)"}"#
        )
        let first = try await partition.outcome(of: try TableOperation(.scan, parameters: parameters))
        let answer = try await partition.readOn(first).objectValue?["answer"]?.objectValue ?? [:]
        let count = try #require(answer["Count"]?.integerValue)
        #expect((255...265).contains(count) && answer["LastEvaluatedKey"] != nil)
    }

    @Test("a batch of 100 keys is read as a whole, in parts; in the meantime its table may go")
    func batchOfReads() async throws {
        let partition = try await table()
        let list = Array(repeating: #"{"N":"1"}"#, count: 30).joined(separator: ",")
        try await put(100, #""l":{"L":[\#(list)]},"n":{"N":"7"},"s":{"S":"text"}"#, partition)
        let keys = (0..<100).map { "{\(Self.key($0))}" }.joined(separator: ",")
        let parameters = try JSON(parsing: #"{"RequestItems":{"t":{"Keys":[\#(keys)],"ConsistentRead":true}}}"#)
        let first = try await partition.outcome(of: try TableOperation(.batchGetItem, parameters: parameters))
        #expect(UnfinishedReading.isUnfinished(first))
        let answer = try await partition.readOn(first).objectValue?["answer"]?.objectValue ?? [:]
        #expect(answer["UnprocessedKeys"] == .object([:]))
        #expect(Set(answer["Responses"]?.objectValue?["t"]?.arrayValue ?? []).count == 100)
        try await partition.redis("HDEL", "~:tables", "t")
        let failed = try await partition.readOn(first).objectValue ?? [:]
        #expect(
            failed["code"] == .string("ResourceNotFoundException") && failed["answer"] == nil && failed["rest"] == nil
        )
    }

    @Test("waitable_read_part reads, and nothing else")
    func onlyReads() async throws {
        let partition = try await table()
        let item = #"{"TableName":"t","Item":{\#(Self.key(0))}}"#
        let put = try TableOperation(.putItem, parameters: try JSON(parsing: item)).program(task: 7, echo: .null)
        for program in [put, "", "{}", #"{"op":"scan"}"#] {
            let refusal = try await partition.refusal("read_part", program)
            #expect(refusal?.hasPrefix("VALIDATION program: must be a query, a scan or a batchGet") == true)
        }
        #expect(try await partition.redis("EXISTS", "~:record:t:a:0", "~:index:t") == .integer(0))
    }

    @Test("a program has 6,000 values at the most: one with more is refused before it is decoded")
    func values() async throws {
        let partition = try await table()
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        for (count, isRefused) in [(6_100, true), (5_900, false)] {
            let list = Array(repeating: #"{"N":"1"}"#, count: count).joined(separator: ",")
            let item = #"{"TableName":"t","Item":{\#(Self.key(0)),"l":{"L":[\#(list)]}}}"#
            let put = try TableOperation(.putItem, parameters: try JSON(parsing: item))
            let program = put.program(task: 7, echo: .null)
            let entry = Entry("m:a", next: "1", token: token, effects: [["evaluate", "t:x", program]])
            let reply = try await partition.call("commit", [token] + Entry.arguments([entry]))
            #expect("\(reply)".contains("must have at most \(Limits.values) values") == isRefused, "\(reply)")
            #expect(try await partition.redis("EXISTS", "~:record:t:a:0") == .integer(isRefused ? 0 : 1))
        }
    }
}
