import Foundation
import RedisClient
import StatesLanguage
import Testing
import Waitable

/// What one call reads and does for a declared table, however large its items are, and whatever somebody has put into its keys.
@Suite("The bounds of declared tables", .redisServer, .timeLimit(.minutes(2)))
struct TableBoundTests {
    /// A partition with the table `t`, its key `c:S,o:N`.
    private func table() async throws -> Partition {
        let partition = try Partition()
        try await partition.declare("t", "c:S,o:N")
        return partition
    }

    private static func key(_ order: Int) -> String { #"{"c":{"S":"a"},"o":{"N":"\#(order)"}}"# }

    /// Puts items of 300,000 bytes, and returns the base64 of these.
    private func putLarge(_ count: Int, _ partition: Partition) async throws -> String {
        let bytes = String(repeating: "QUJD", count: 100_000)
        for order in 0..<count {
            let item = #"{"c":{"S":"a"},"o":{"N":"\#(order)"},"b":{"B":"\#(bytes)"}}"#
            #expect(
                try await partition.perform(.putItem, #"{"TableName":"t","Item":\#(item)}"#) == .answer(.object([:]))
            )
        }
        return bytes
    }

    @Test("a transaction reads what it names, and 4 MiB of that: with more it is cancelled, and changes nothing")
    func transaction() async throws {
        let partition = try await table()
        _ = try await putLarge(20, partition)
        func transaction(_ condition: String) -> String {
            let parts = (0..<20).map {
                #"{"Update":{"TableName":"t","Key":\#(Self.key($0)),"UpdateExpression":"SET v = :v","#
                    + #""ConditionExpression":"\#(condition)","ExpressionAttributeValues":{":v":{"N":"1"}}}}"#
            }
            return #"{"TransactItems":[\#(parts.joined(separator: ","))]}"#
        }
        func check(_ condition: String) -> String {
            let parts = (0..<20).map {
                #"{"ConditionCheck":{"TableName":"t","Key":\#(Self.key($0)),"ConditionExpression":"\#(condition)"}}"#
            }
            return #"{"TransactItems":[\#(parts.joined(separator: ","))]}"#
        }
        #expect(try await partition.perform(.transactWriteItems, check("attribute_exists(c)")) == .answer(.object([:])))
        for parameters in [check("attribute_exists(b)"), transaction("attribute_exists(b)")] {
            guard case .failure(let code, let message) = try await partition.perform(.transactWriteItems, parameters)
            else {
                Issue.record("not cancelled")
                continue
            }
            #expect(code == "TransactionCanceledException")
            #expect(
                message.hasPrefix("Transaction cancelled, please refer cancellation reasons for specific reasons [None")
            )
            #expect(message.hasSuffix("ValidationError]"))
        }
        for order in 0..<20 {
            #expect(try await partition.redis("HEXISTS", "~:record:t:a:\(order)", "v") == .integer(0))
        }
    }

    @Test("a batch reads 1 MiB, and leaves the rest to the next; of large items it reads what it is asked for")
    func batch() async throws {
        let partition = try await table()
        let bytes = try await putLarge(12, partition)
        let keys = (0..<12).map(Self.key).joined(separator: ",")
        var request = try JSON(parsing: #"{"t":{"Keys":[\#(keys)]}}"#)
        var found: [JSON] = []
        var calls = 0
        while request.objectValue?.isEmpty == false {
            let members = try await partition.perform(.batchGetItem, .object(["RequestItems": request])).members
            let items = try #require(members["Responses"]?.objectValue?["t"]?.arrayValue)
            try #require((1...3).contains(items.count))
            found += items
            calls += 1
            request = try #require(members["UnprocessedKeys"])
        }
        #expect(calls >= 4)
        #expect(Set(found).count == 12)
        #expect(found.allSatisfy { $0.objectValue?["b"] == .object(["B": .string(bytes)]) })
        let projected = #"{"RequestItems":{"t":{"Keys":[\#(keys)],"ProjectionExpression":"o"}}}"#
        let members = try await partition.perform(.batchGetItem, projected).members
        #expect(members["Responses"]?.objectValue?["t"]?.arrayValue?.count == 12)
        #expect(members["UnprocessedKeys"] == .object([:]))
    }

    @Test("a page of large items is short, and the pages together have all of them")
    func pages() async throws {
        let partition = try await table()
        _ = try await putLarge(12, partition)
        let (items, pages) = try await partition.allPages(.scan, #"{"TableName":"t"}"#)
        #expect(items.count == 12 && Set(items).count == 12)
        #expect(pages >= 6)
        let projected = try await partition.allPages(.scan, #"{"TableName":"t","ProjectionExpression":"o"}"#)
        #expect(projected.items.count == 12 && projected.pages == 1)
    }

    @Test("an update counts the attributes that it does not read, and a hash that no task can have written is not read")
    func sizes() async throws {
        let partition = try await table()
        let bytes = try await putLarge(1, partition)
        func update(_ expression: String, _ values: String) async throws -> TableResult {
            try await partition.perform(
                .updateItem,
                #"{"TableName":"t","Key":\#(Self.key(0)),"UpdateExpression":"\#(expression)","ExpressionAttributeValues":{\#(values)}}"#
            )
        }
        // 300,000 bytes of b, and a list of elements of one byte each in it.
        let list = Array(repeating: #"{"N":"1"}"#, count: 3_000).joined(separator: ",")
        #expect(try await update("SET l = :l", #"":l":{"L":[\#(list)]}"#) == .answer(.object([:])))
        let tooLarge = TableResult.failure(
            code: "ValidationException",
            message: "Item size to update has exceeded the maximum allowed size"
        )
        let text = String(repeating: "x", count: 102_000)
        #expect(try await update("SET s = :s", #"":s":{"S":"\#(text)"}"#) == tooLarge)
        #expect(try await update("SET s = :s REMOVE l", #"":s":{"S":"\#(text)"}"#) == .answer(.object([:])))
        #expect(try await update("SET c2 = :b", #"":b":{"B":"\#(bytes)"}"#) == tooLarge)
        let answer = try await partition.perform(
            .updateItem,
            #"{"TableName":"t","Key":\#(Self.key(0)),"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"1"}},"ReturnValues":"ALL_NEW"}"#
        )
        let attributes = try #require(answer.members["Attributes"]?.objectValue)
        #expect(Set(attributes.map { Spelling($0.key) }) == ["b", "c", "n", "o", "s"])
        #expect(attributes["b"] == .object(["B": .string(bytes)]))
        try await partition.redis("HSET", "~:record:t:a:0", "z", String(repeating: "z", count: 5_000_000))
        let refused = TableResult.failure(
            code: "ValidationException",
            message: "The item has more bytes than an item may have"
        )
        #expect(try await partition.perform(.getItem, #"{"TableName":"t","Key":\#(Self.key(0))}"#) == refused)
        #expect(try await update("ADD n :n", #"":n":{"N":"1"}"#) == refused)
    }

    @Test(
        "an update that would bring an item beyond the texts that can be read is refused, though it reads little of it"
    )
    func texts() async throws {
        let partition = try await table()
        _ = try await partition.perform(.putItem, #"{"TableName":"t","Item":\#(Self.key(0))}"#)
        func add(_ name: String) async throws -> TableResult {
            let texts = (0..<2_500).map { #""text \#($0)""# }.joined(separator: ",")
            return try await partition.perform(
                .updateItem,
                #"{"TableName":"t","Key":\#(Self.key(0)),"UpdateExpression":"ADD \#(name) :s","ExpressionAttributeValues":{":s":{"SS":[\#(texts)]}}}"#
            )
        }
        #expect(try await add("one") == .answer(.object([:])))
        #expect(try await add("two") == .answer(.object([:])))
        guard case .failure(let code, let message) = try await add("three") else {
            Issue.record("not refused")
            return
        }
        #expect(code == "ValidationException" && message.contains("more than 6000 names and texts"))
        let item = try await partition.perform(.getItem, #"{"TableName":"t","Key":\#(Self.key(0))}"#)
        #expect(item.members["Item"] != nil)
    }

    /// Adds a member of any bytes to the table's index.
    private func add(_ score: String, _ member: [UInt8], _ partition: Partition) async throws {
        var command = RedisCommand("ZADD", partition.prefix + ":index:t", score)
        command.append(member)
        _ = try await partition.client.send(command)
    }

    /// Entries of the items in the index.
    private func entries(_ partition: Partition) async throws -> [[UInt8]] {
        let reply = try await partition.redis("ZRANGE", "~:index:t", "0", "-1")
        return try #require(reply.array).map { try #require($0.bytes) }
    }

    @Test("members of the index that are none are passed over, and leave it; scores that are none become 0")
    func oddMembers() async throws {
        let partition = try await table()
        for order in 0..<10 {
            _ = try await partition.perform(.putItem, #"{"TableName":"t","Item":\#(Self.key(order))}"#)
        }
        let entries = try await entries(partition)
        let slot = Array(entries[0][..<2])
        let odd: [[UInt8]] = [
            Array("hello".utf8), [], [0, 0], [0, 0, 0, 0], Array("a:1".utf8),  // no form at all
            entries[3] + [0x30], Array(entries[0].dropLast()) + [0x78],  // numbers that are none
            slot + [0x61, 0, 0], slot + [0, 0, 0x32],  // without one of the keys
            [0, 1] + entries[2][2...],  // in another slot
            slot + [0xFF, 0xFE, 0, 0, 0x32],  // not UTF-8
            slot + Array(repeating: 0x71, count: 3_000) + [0, 0, 0x32],  // too long
            slot + [0x61, 0, 0] + Array("3200".utf8) + Array(repeating: 0x31, count: 60),
        ]
        let all = (0..<10).map { Self.key($0) }
        let query =
            #"{"TableName":"t","KeyConditionExpression":"c = :c","ExpressionAttributeValues":{":c":{"S":"a"}},"Limit":3}"#
        for (scores, action) in [(["0"], ItemOperationName.scan), (["inf", "-inf", "5"], .query), (["0.5"], .scan)] {
            for (number, member) in odd.enumerated() { try await add(scores[number % scores.count], member, partition) }
            for (number, entry) in entries.enumerated() where scores != ["0"] {
                try await add(scores[number % scores.count], entry, partition)
            }
            let parameters = action == .scan ? #"{"TableName":"t","Limit":3}"# : query
            let found = try await partition.allPages(action, parameters)
            #expect(found.items.map(\.text).sorted() == all.map { try! JSON(parsing: $0).text }.sorted())
            #expect(found.pages <= 5)
        }
        // What is between the items of a scan is gone.
        let left = try await self.entries(partition)
        #expect(entries.allSatisfy(left.contains))
        #expect(left.count < entries.count + odd.count)
    }

    @Test("an index full of members that are none is put right by the tries that meet it, and never ends a scan early")
    func manyOddMembers() async throws {
        let partition = try await table()
        for order in 0..<3 {
            _ = try await partition.perform(.putItem, #"{"TableName":"t","Item":\#(Self.key(order))}"#)
        }
        for score in ["0", "7"] {
            for number in 0..<2_500 { try await add(score, [0, 0, 0x78] + Array("\(number)".utf8), partition) }
            var tries = 0
            while true {
                tries += 1
                try #require(tries < 10)
                let result = try await partition.perform(.scan, #"{"TableName":"t"}"#)
                if case .failure(let code, _) = result {
                    #expect(code == "ProvisionedThroughputExceededException")
                    continue
                }
                #expect(result.items.count == 3)
                #expect(result.members["LastEvaluatedKey"] == nil)
                break
            }
            #expect(tries > 1)
            #expect(try await partition.redis("ZCARD", "~:index:t") == .integer(3))
        }
    }

    @Test("what cannot be read as an item is passed over by pages, and stays")
    func unreadable() async throws {
        let partition = try await table()
        for order in 0..<4 {
            _ = try await partition.perform(.putItem, #"{"TableName":"t","Item":\#(Self.key(order))}"#)
        }
        try await partition.redis("DEL", "~:record:t:a:1")
        try await partition.redis("SET", "~:record:t:a:1", "x")
        try await partition.redis("HSET", "~:record:t:a:2", "z", String(repeating: "z", count: 5_000_000))
        let found = try await partition.allPages(.scan, #"{"TableName":"t","Limit":1}"#)
        #expect(found.items.count == 2)
        let counted = try await partition.perform(.scan, #"{"TableName":"t","Select":"COUNT"}"#)
        #expect(counted.members["Count"] == .integer(2))
        #expect(try await partition.redis("ZCARD", "~:index:t") == .integer(4))
    }

    @Test("a table with members that are none in its index is deleted all the same")
    func drop() async throws {
        let partition = try await table()
        for order in 0..<3 {
            _ = try await partition.perform(.putItem, #"{"TableName":"t","Item":\#(Self.key(order))}"#)
        }
        for member in [Array("hello".utf8), [], [0, 0, 0, 0], [0xFF, 0xFE]] {
            try await add("inf", member, partition)
        }
        let record = #"{"key":[{"name":"c","type":"S"},{"name":"o","type":"N"}],"created":0,"deleting":true}"#
        try await partition.redis("HSET", "~:tables", "t", record)
        #expect(try await partition.call("drop", "t", "4") == .integer(3))
        #expect(try await partition.call("drop", "t", "4") == .integer(0))
        #expect(try await partition.redis("KEYS", "~:record:*") == .array([]))
    }
}
