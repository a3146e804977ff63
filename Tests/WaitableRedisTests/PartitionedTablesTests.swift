import RedisClient
import StatesLanguage
import Testing
import Waitable

@testable import WaitableRedis

/// Declared tables in several partitions, with workers: what tasks come to is what they come to in one.
@Suite("Declared tables on several partitions", .redisServer, .timeLimit(.minutes(2)))
struct PartitionedTablesTests {
    private static func task(_ operation: String, _ parameters: String, _ more: String) -> String {
        #"{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:\#(operation)","Parameters":\#(parameters),\#(more)}"#
    }

    /// Puts 30 items under ten partition keys, counts those of one key, and scans all of them by pages of four.
    private static let definition: String = {
        let item = #"{"customer":{"S.$":"States.Format('c{}', $.n.c)"},"order":{"N.$":"States.Format('{}', $.n.o)"}}"#
        let put = task("putItem", #"{"TableName":"orders","Item":\#(item)}"#, #""End":true"#)
        let query = task(
            "query",
            #"{"TableName":"orders","KeyConditionExpression":"customer = :c","ExpressionAttributeValues":{":c":{"S":"c4"}}}"#,
            #""ResultPath":"$.query","Next":"Scan""#
        )
        let count = #""ResultSelector":{"count.$":"$.Count","page.$":"$"},"ResultPath":"$.scan","Next":"More""#
        let scan = task("scan", #"{"TableName":"orders","Limit":4}"#, count)
        let from = #"{"TableName":"orders","Limit":4,"ExclusiveStartKey.$":"$.scan.page.LastEvaluatedKey"}"#
        let next = task("scan", from, count)
        let sum = #"{"n.$":"$.n","query.$":"$.query","scan.$":"$.scan","sum.$":"States.MathAdd($.sum, $.scan.count)"}"#
        let states = [
            "\"Each\":{\"Type\":\"Map\",\"ItemsPath\":\"$.n\",\"ItemSelector\":{\"n.$\":\"$$.Map.Item.Value\"},"
                + "\"ItemProcessor\":{\"StartAt\":\"Put\",\"States\":{\"Put\":\(put)}},\"ResultPath\":null,\"Next\":\"Query\"}",
            #""Query":\#(query)"#, #""Scan":\#(scan)"#,
            #""More":{"Type":"Pass","Parameters":\#(sum),"Next":"Is"}"#,
            #""Is":{"Type":"Choice","Choices":[{"Variable":"$.scan.page.LastEvaluatedKey","IsPresent":true,"Next":"Again"}],"#
                + #""Default":"Done"}"#,
            #""Again":\#(next)"#, #""Done":{"Type":"Succeed"}"#,
        ]
        return #"{"StartAt":"Each","States":{\#(states.joined(separator: ","))}}"#
    }()

    @Test("tasks on one item, queries and scans", arguments: [1, 5])
    func tasks(partitions: Int) async throws {
        try await PartitionedNamespace.with(partitions: partitions) { namespace in
            let schema = try TableSchema("customer:S,order:N")
            let now = try await namespace.partitions.home.now()
            _ = try await namespace.partitions.home.create(
                TableRecord(name: "orders", schema: schema, creationDate: now)
            )
            try await namespace.deploy("m", Self.definition)
            let items = (0..<30).map { #"{"c":\#($0 % 10),"o":\#($0 * 3)}"# }.joined(separator: ",")
            try await namespace.start("m", [("a", #"{"n":[\#(items)],"sum":0}"#)])
            let execution = try await namespace.execution("m", "a")
            #expect(execution.status == .succeeded, "\(execution.failure?.cause ?? "")")
            let output = try JSON(parsing: execution.output ?? "").objectValue ?? [:]
            #expect(output["sum"] == .integer(30))
            let query = output["query"]?.objectValue ?? [:]
            let orders = query["Items"]?.arrayValue?.map { $0.objectValue?["order"]?.objectValue?["N"]?.stringValue }
            #expect(orders == ["12", "42", "72"])
            try await namespace.settle()
            var found = 0
            for store in namespace.partitions.stores {
                found += try await namespace.keys(store, ":record:orders:*").count
            }
            #expect(found == 30)
            // Nothing is left of a deleted table, in any partition.
            let home = namespace.partitions.home
            _ = try await home.beginDeletion(ofTable: "orders")
            for store in namespace.partitions.stores {
                while try await store.dropItems(ofTable: "orders", atMost: 3) > 0 {}
            }
            try await home.endDeletion(ofTable: "orders")
            for store in namespace.partitions.stores {
                #expect(try await namespace.keys(store, ":record:*").isEmpty)
                #expect(try await namespace.keys(store, ":index:*").isEmpty)
                #expect(try await store.table("orders") == nil)
            }
        }
    }

    /// Puts batches, scans and queries all of it, and reads 100 keys. None of these asks for a second page.
    private static let readers: String = {
        let put = task("batchWriteItem", #"{"RequestItems":{"orders.$":"$.puts"}}"#, #""End":true"#)
        let each =
            #"{"Type":"Map","ItemsPath":"$.batches","MaxConcurrency":4,"ResultPath":null,"Next":"Read","#
            + #""ItemProcessor":{"StartAt":"Put","States":{"Put":\#(put)}}}"#
        let query =
            #"{"TableName":"orders","KeyConditionExpression":"customer = :c","ExpressionAttributeValues":{":c":{"S":"c1"}}}"#
        let branches = [
            task("scan", #"{"TableName":"orders"}"#, #""End":true"#),
            task("scan", #"{"TableName":"orders","Select":"COUNT"}"#, #""End":true"#),
            task("scan", #"{"TableName":"orders","Limit":250}"#, #""End":true"#),
            task("query", query, #""End":true"#),
            task("batchGetItem", #"{"RequestItems":{"orders":{"Keys.$":"$.keys"}}}"#, #""End":true"#),
        ]
        let parallel = branches.enumerated().map { #"{"StartAt":"T\#($0)","States":{"T\#($0)":\#($1)}}"# }
            .joined(separator: ",")
        return #"{"StartAt":"Each","States":{"Each":\#(each),"#
            + #""Read":{"Type":"Parallel","Branches":[\#(parallel)],"End":true}}}"#
    }()

    @Test("a task that reads much has all of it, although no call of Redis does", arguments: [1, 5])
    func parts(partitions: Int) async throws {
        try await PartitionedNamespace.with(partitions: partitions) { namespace in
            let now = try await namespace.partitions.home.now()
            _ = try await namespace.partitions.home.create(
                TableRecord(name: "orders", schema: try TableSchema("customer:S,order:N"), creationDate: now)
            )
            try await namespace.deploy("m", Self.readers)
            let list = Array(repeating: #"{"N":"1"}"#, count: 10).joined(separator: ",")
            let batches = (0..<30).map { batch in
                let puts = (0..<25).map { number in
                    #"{"PutRequest":{"Item":{"customer":{"S":"c\#(batch % 3)"},"order":{"N":"\#(batch * 25 + number)"},"#
                        + #""l":{"L":[\#(list)]},"s":{"S":"text"}}}}"#
                }
                return #"{"puts":[\#(puts.joined(separator: ","))]}"#
            }
            let keys = (0..<100).map { number in
                #"{"customer":{"S":"c0"},"order":{"N":"\#(number / 25 * 75 + number % 25)"}}"#
            }
            let input =
                #"{"batches":[\#(batches.joined(separator: ","))],"keys":[\#(keys.joined(separator: ","))]}"#
            try await namespace.start("m", [("a", input)])
            let execution = try await namespace.execution("m", "a")
            #expect(
                execution.status == .succeeded,
                "\(execution.failure?.error ?? "") \(execution.failure?.cause ?? "")"
            )
            let results = try JSON(parsing: execution.output ?? "[]").arrayValue?.map { $0.objectValue ?? [:] } ?? []
            try #require(results.count == 5)
            #expect(results[0]["Count"] == .integer(750) && results[0]["LastEvaluatedKey"] == nil)
            #expect(Set(results[0]["Items"]?.arrayValue ?? []).count == 750)
            #expect(results[1] == ["Count": .integer(750), "ScannedCount": .integer(750)])
            #expect(results[2]["Count"] == .integer(250) && results[2]["LastEvaluatedKey"] != nil)
            #expect(results[3]["Count"] == .integer(250) && results[3]["LastEvaluatedKey"] == nil)
            #expect(results[4]["UnprocessedKeys"] == .object([:]))
            #expect(results[4]["Responses"]?.objectValue?["orders"]?.arrayValue?.count == 100)
            try await namespace.settle()
            for store in namespace.partitions.stores { #expect(try await namespace.keys(store, ":inbox:*").isEmpty) }
        }
    }
}
