import RedisClient
import StatesLanguage
import Testing
import Waitable

/// Operations on declared tables, as Redis carries them out.
@Suite("Declared tables", .redisServer, .timeLimit(.minutes(1)))
struct TableProgramTests {
    private static func key(_ customer: String, _ order: String) -> String {
        #"{"c":{"S":"\#(customer)"},"o":{"N":"\#(order)"}}"#
    }

    private static func put(_ customer: String, _ order: String, _ more: String = "") -> String {
        #"{"TableName":"orders","Item":{"c":{"S":"\#(customer)"},"o":{"N":"\#(order)"}\#(more)}}"#
    }

    /// A partition with the table `orders`, its key `c:S,o:N`.
    private func orders() async throws -> Partition {
        let partition = try Partition()
        try await partition.declare("orders", "c:S,o:N")
        return partition
    }

    @Test("an item lies under both keys, is found by them, changed and removed")
    func items() async throws {
        let partition = try await orders()
        #expect(
            try await partition.perform(.putItem, Self.put("a:b", "7", #","v":{"N":"1"}"#)) == .answer(.object([:]))
        )
        #expect(try await partition.redis("HGET", "~:record:orders:a%3Ab:7", "v").string == #"{"N":"1"}"#)
        #expect(try await partition.redis("ZCARD", "~:index:orders") == .integer(1))
        let key = #""TableName":"orders","Key":\#(Self.key("a:b", "7.0"))"#
        let item = #"{"Item":{"c":{"S":"a:b"},"o":{"N":"7"},"v":{"N":"1"}}}"#
        #expect(try await partition.perform(.getItem, "{\(key)}") == .answer(try JSON(parsing: item)))
        let update = #","UpdateExpression":"ADD v :one","ExpressionAttributeValues":{":one":{"N":"1"}},"#
        #expect(
            try await partition.perform(.updateItem, #"{\#(key)\#(update)"ReturnValues":"UPDATED_NEW"}"#)
                == .answer(try JSON(parsing: #"{"Attributes":{"v":{"N":"2"}}}"#))
        )
        let refused = try await partition.perform(
            .deleteItem,
            #"{\#(key),"ConditionExpression":"attribute_not_exists(v)"}"#
        )
        let words = "The conditional request failed"
        #expect(refused == .failure(code: "ConditionalCheckFailedException", message: words))
        #expect(try await partition.perform(.deleteItem, "{\(key)}") == .answer(.object([:])))
        #expect(try await partition.redis("EXISTS", "~:record:orders:a%3Ab:7", "~:index:orders") == .integer(0))
        #expect(try await partition.perform(.getItem, "{\(key)}") == .answer(.object([:])))
    }

    @Test("an update makes an item with both keys; without a sort key it lies where undeclared tables have theirs")
    func upsert() async throws {
        let partition = try await orders()
        try await partition.declare("one", "k:S")
        let words = #""UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":{"S":"x"}}"#
        _ = try await partition.perform(.updateItem, #"{"TableName":"orders","Key":\#(Self.key("a", "1")),\#(words)}"#)
        #expect(try await partition.redis("HLEN", "~:record:orders:a:1") == .integer(3))
        _ = try await partition.perform(.updateItem, #"{"TableName":"one","Key":{"k":{"S":"a:1"}},\#(words)}"#)
        #expect(try await partition.item("one:a:1") == ["k": "a:1", "v": "x"])
        #expect(try await partition.allPages(.scan, #"{"TableName":"one"}"#).items.count == 1)
    }

    static let mismatch = "The provided key element does not match the schema"
    static let badKeys: [(ItemOperationName, parameters: String, message: String)] = [
        (.getItem, #""Key":{"c":{"S":"a"}}"#, mismatch),
        (.getItem, #""Key":{"c":{"S":"a"},"o":{"S":"1"}}"#, mismatch),
        (.deleteItem, #""Key":{"c":{"S":"a"},"x":{"N":"1"}}"#, mismatch),
        (.updateItem, #""Key":{"c":{"S":"a"},"o":{"N":"1"},"x":{"N":"1"}}"#, mismatch),
        (
            .putItem, #""Item":{"c":{"S":"a"}}"#,
            "One or more parameter values were invalid: Missing the key o in the item"
        ),
        (
            .putItem, #""Item":{"c":{"S":"a"},"o":{"S":"1"}}"#,
            "One or more parameter values were invalid: Type mismatch for key o expected: N actual: S"
        ),
        (
            .putItem, #""Item":{"c":{"S":""},"o":{"N":"1"}}"#,
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
                + "string value. Key: c"
        ),
        (
            .updateItem,
            #""Key":{"c":{"S":"a"},"o":{"N":"1"}},"UpdateExpression":"SET o = :v","ExpressionAttributeValues":{":v":{"N":"2"}}"#,
            "One or more parameter values were invalid: Cannot update attribute o. This attribute is part of the key"
        ),
    ]

    @Test("a key that is none of the table's is refused in DynamoDB's words", arguments: badKeys.indices)
    func badKey(number: Int) async throws {
        let (action, parameters, message) = Self.badKeys[number]
        let partition = try await orders()
        let result = try await partition.perform(action, #"{"TableName":"orders",\#(parameters)}"#)
        #expect(result == .failure(code: "ValidationException", message: message))
        #expect(try await partition.redis("EXISTS", "~:index:orders") == .integer(0))
    }

    static let queries: [(condition: String, values: String, orders: [String])] = [
        ("", "", ["-10", "-9", "-0.31", "-0.3", "0", "0.001", "1", "2", "10", "1000000000000"]),
        ("o = :k", #"":k":{"N":"2.0"}"#, ["2"]),
        ("o < :k", #"":k":{"N":"-0.3"}"#, ["-10", "-9", "-0.31"]),
        ("o <= :k", #"":k":{"N":"-0.3"}"#, ["-10", "-9", "-0.31", "-0.3"]),
        ("o > :k", #"":k":{"N":"1"}"#, ["2", "10", "1000000000000"]),
        (":k <= o", #"":k":{"N":"1"}"#, ["1", "2", "10", "1000000000000"]),
        ("o BETWEEN :k AND :j", #"":k":{"N":"-9.5"},":j":{"N":"0.5"}"#, ["-9", "-0.31", "-0.3", "0", "0.001"]),
        ("o > :k", #"":k":{"N":"1e13"}"#, []),
    ]

    @Test("a query has the items of a range in the order of numbers, either way", arguments: queries.indices)
    func ranges(number: Int) async throws {
        let (condition, values, orders) = Self.queries[number]
        let partition = try await self.orders()
        for order in Self.queries[0].orders.shuffled() {
            _ = try await partition.perform(.putItem, Self.put("a", order))
            _ = try await partition.perform(.putItem, Self.put("b", order))
            _ = try await partition.perform(.putItem, Self.put("a\\u0000", order))
        }
        let both = condition.isEmpty ? "c = :c" : "c = :c AND \(condition)"
        let all = [#"":c":{"S":"a"}"#, values].filter { !$0.isEmpty }.joined(separator: ",")
        let words = #""KeyConditionExpression":"\#(both)","ExpressionAttributeValues":{\#(all)}"#
        for (more, wanted) in [("", orders), (#","ScanIndexForward":false"#, orders.reversed())] {
            let result = try await partition.perform(.query, #"{"TableName":"orders",\#(words)\#(more)}"#)
            #expect(result.items.map { $0.objectValue?["o"]?.objectValue?["N"]?.stringValue } == wanted)
            #expect(result.members["Count"] == .integer(Int64(wanted.count)))
            #expect(result.members["LastEvaluatedKey"] == nil)
            let paged = try await partition.allPages(
                .query,
                #"{"TableName":"orders",\#(words)\#(more),"Limit":2}"#
            )
            #expect(paged.items == result.items)
            #expect(paged.pages == wanted.count / 2 + 1)
        }
    }

    @Test("bytes are ordered by their bytes, and begin with others")
    func binary() async throws {
        let partition = try Partition()
        try await partition.declare("blobs", "k:B,s:B")
        // 00, 00 01, 00 FF, 61, 61 62, FF, FF 00
        let sorted = ["AA==", "AAE=", "AP8=", "YQ==", "YWI=", "/w==", "/wA="]
        for text in sorted.shuffled() {
            let item = #"{"TableName":"blobs","Item":{"k":{"B":"AAE="},"s":{"B":"\#(text)"}}}"#
            _ = try await partition.perform(.putItem, item)
        }
        func found(_ condition: String, _ values: String) async throws -> [String?] {
            let words = #""ExpressionAttributeValues":{":k":{"B":"AAE="}\#(values)}"#
            return try await partition.allPages(
                .query,
                #"{"TableName":"blobs","KeyConditionExpression":"k = :k\#(condition)",\#(words),"Limit":3}"#
            ).items.map { $0.objectValue?["s"]?.objectValue?["B"]?.stringValue }
        }
        #expect(try await found("", "") == sorted)
        #expect(try await found(" AND begins_with(s, :s)", #",":s":{"B":"AA=="}"#) == Array(sorted[..<3]))
        #expect(try await found(" AND begins_with(s, :s)", #",":s":{"B":"/w=="}"#) == Array(sorted[5...]))
        #expect(try await found(" AND s > :s", #",":s":{"B":"YQ=="}"#) == Array(sorted[4...]))
    }

    static let badQueries: [(parameters: String, message: String)] = [
        (
            #""KeyConditionExpression":"o = :v","ExpressionAttributeValues":{":v":{"N":"1"}}"#,
            "Query condition missed key schema element: c"
        ),
        (
            #""KeyConditionExpression":"c = :v AND x = :v","ExpressionAttributeValues":{":v":{"S":"1"}}"#,
            "Query condition missed key schema element: o"
        ),
        (
            #""KeyConditionExpression":"c > :v","ExpressionAttributeValues":{":v":{"S":"1"}}"#,
            "Query key condition not supported"
        ),
        (
            #""KeyConditionExpression":"c = :v","ExpressionAttributeValues":{":v":{"N":"1"}}"#,
            "One or more parameter values were invalid: Condition parameter type does not match schema type"
        ),
        (
            #""KeyConditionExpression":"c = :v OR o = :w","ExpressionAttributeValues":{":v":{"S":"1"},":w":{"N":"1"}}"#,
            "Invalid operator used in KeyConditionExpression: OR"
        ),
        (
            #""KeyConditionExpression":"c = :v","IndexName":"byDate","ExpressionAttributeValues":{":v":{"S":"1"}}"#,
            "The table does not have the specified index: byDate"
        ),
        (
            #""KeyConditionExpression":"c = :v","FilterExpression":"o > :w","ExpressionAttributeValues":{":v":{"S":"1"},":w":{"N":"1"}}"#,
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: o"
        ),
        (
            #""KeyConditionExpression":"c = :v","ExclusiveStartKey":{"c":{"S":"2"},"o":{"N":"1"}},"ExpressionAttributeValues":{":v":{"S":"1"}}"#,
            "The provided starting key is outside query boundaries based on provided conditions"
        ),
        (
            #""KeyConditionExpression":"c = :v","Limit":0,"ExpressionAttributeValues":{":v":{"S":"1"}}"#,
            "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: "
                + "Member must have value greater than or equal to 1"
        ),
    ]

    @Test("a query that is none is refused in DynamoDB's words", arguments: badQueries.indices)
    func badQuery(number: Int) async throws {
        let (parameters, message) = Self.badQueries[number]
        let partition = try await orders()
        let result = try await partition.perform(.query, #"{"TableName":"orders",\#(parameters)}"#)
        #expect(result == .failure(code: "ValidationException", message: message))
    }

    @Test("a table that nobody has declared, or that is being deleted, is not found")
    func notDeclared() async throws {
        let partition = try Partition()
        let left = #"{"key":[{"name":"c","type":"S"}],"created":0,"deleting":true}"#
        try await partition.redis("HSET", "~:tables", "left", left)
        for name in ["none", "left"] {
            guard case .failure(let code, _) = try await partition.perform(.scan, #"{"TableName":"\#(name)"}"#) else {
                Issue.record("\(name)")
                continue
            }
            #expect(code == "ResourceNotFoundException")
        }
    }

    @Test("a scan goes through all items, whole or by segments, and may count or filter")
    func scan() async throws {
        let partition = try await orders()
        for number in 0..<60 {
            _ = try await partition.perform(
                .putItem,
                Self.put("c\(number % 20)", "\(number)", #","v":{"N":"\#(number)"}"#)
            )
        }
        let whole = try await partition.allPages(.scan, #"{"TableName":"orders","Limit":7}"#)
        #expect(whole.items.count == 60 && Set(whole.items).count == 60)
        var parts: [JSON] = []
        for segment in 0..<3 {
            let words = #""Segment":\#(segment),"TotalSegments":3"#
            let part = try await partition.allPages(.scan, #"{"TableName":"orders",\#(words),"Limit":5}"#).items
            #expect(!part.isEmpty)
            parts += part
        }
        #expect(parts.count == 60 && Set(parts) == Set(whole.items))
        let counted = try await partition.perform(
            .scan,
            #"{"TableName":"orders","Select":"COUNT","FilterExpression":"v < :v","ExpressionAttributeValues":{":v":{"N":"10"}}}"#
        )
        #expect(counted == .answer(try JSON(parsing: #"{"Count":10,"ScannedCount":60}"#)))
    }

    @Test("a page ends at 1,000 items at the latest, however many there are; what was removed by hand is left out")
    func bounds() async throws {
        let partition = try await orders()
        for start in stride(from: 0, to: 1_500, by: 25) {
            let puts = (start..<start + 25).map { #"{"PutRequest":{"Item":{"c":{"S":"a"},"o":{"N":"\#($0)"}}}}"# }
            let result = try await partition.perform(
                .batchWriteItem,
                #"{"RequestItems":{"orders":[\#(puts.joined(separator: ","))]}}"#
            )
            #expect(result == .answer(try JSON(parsing: #"{"UnprocessedItems":{}}"#)))
        }
        try await partition.redis("DEL", "~:record:orders:a:3")
        let words = #""KeyConditionExpression":"c = :c","ExpressionAttributeValues":{":c":{"S":"a"}},"Select":"COUNT""#
        var counts: [Int64] = []
        var from = ""
        while true {
            let page = try await partition.perform(.query, #"{"TableName":"orders",\#(words)\#(from)}"#).members
            let count = try #require(page["Count"]?.integerValue)
            #expect(page["ScannedCount"] == .integer(count))
            counts.append(count)
            guard let key = page["LastEvaluatedKey"] else { break }
            try #require(counts.count < 10)
            from = #","ExclusiveStartKey":\#(key.text)"#
        }
        #expect(counts.reduce(0, +) == 1_499)
        #expect(counts.count > 1 && counts.allSatisfy { $0 <= 1_000 })
        #expect(try await partition.redis("ZCARD", "~:index:orders") == .integer(1_499))
    }

    @Test("batches and transactions are of several items, and all or nothing")
    func batches() async throws {
        let partition = try await orders()
        let put = { (order: String, more: String) in
            #"{"Put":{"TableName":"orders","Item":{"c":{"S":"a"},"o":{"N":"\#(order)"}}\#(more)}}"#
        }
        let absent = #","ConditionExpression":"attribute_not_exists(c)""#
        #expect(
            try await partition.perform(
                .transactWriteItems,
                #"{"TransactItems":[\#(put("1", absent)),\#(put("2", absent))]}"#
            ) == .answer(.object([:]))
        )
        let update =
            #"{"Update":{"TableName":"orders","Key":\#(Self.key("a", "1")),"UpdateExpression":"SET v = :v","#
            + #""ExpressionAttributeValues":{":v":{"S":"x"}}}}"#
        let cancelled = try await partition.perform(
            .transactWriteItems,
            #"{"TransactItems":[\#(update),\#(put("2", absent))]}"#
        )
        #expect(
            cancelled
                == .failure(
                    code: "TransactionCanceledException",
                    message: "Transaction cancelled, please refer cancellation reasons for specific reasons "
                        + "[None, ConditionalCheckFailed]"
                )
        )
        #expect(try await partition.redis("HEXISTS", "~:record:orders:a:1", "v") == .integer(0))
        let keys = ["1", "2", "3"].map { Self.key("a", $0) }.joined(separator: ",")
        #expect(
            try await partition.perform(
                .batchGetItem,
                #"{"RequestItems":{"orders":{"Keys":[\#(keys)],"ProjectionExpression":"o"}}}"#
            )
                == .answer(
                    try JSON(
                        parsing: #"{"Responses":{"orders":[{"o":{"N":"1"}},{"o":{"N":"2"}}]},"UnprocessedKeys":{}}"#
                    )
                )
        )
        let twice = try await partition.perform(
            .batchWriteItem,
            #"{"RequestItems":{"orders":[{"DeleteRequest":{"Key":\#(Self.key("a", "1"))}},{"DeleteRequest":{"Key":\#(Self.key("a", "1.0"))}}]}}"#
        )
        let words = "Provided list of item keys contains duplicates"
        #expect(twice == .failure(code: "ValidationException", message: words))
    }

    @Test("a table that is being deleted loses its items a slice at a time, and no other one does")
    func drop() async throws {
        let partition = try await orders()
        for number in 0..<5 { _ = try await partition.perform(.putItem, Self.put("a", "\(number)")) }
        #expect(
            try await partition.refusal("drop", "orders", "2")
                == "VALIDATION table: must be one that is being deleted: 'orders'"
        )
        let left = #"{"key":[{"name":"c","type":"S"},{"name":"o","type":"N"}],"created":0,"deleting":true}"#
        try await partition.redis("HSET", "~:tables", "orders", left)
        #expect(try await partition.call("drop", "orders", "2") == .integer(3))
        #expect(try await partition.call("drop", "orders", "1000") == .integer(0))
        #expect(try await partition.redis("KEYS", "~:record:*") == .array([]))
    }
}
