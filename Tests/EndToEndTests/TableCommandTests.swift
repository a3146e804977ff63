import Foundation
import RedisClient
import StatesLanguage
import Testing
import WaitableRedis

/// Declared tables as users see them: by setting, by command, over HTTP, and in tasks, with the Redis users of
/// deploy/redis/users.acl.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct TableCommandTests {
    private static let definition = """
        {"StartAt":"Put","States":{
          "Put":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{"TableName":"orders",
            "Item":{"customerId":{"S.$":"$.customer"},"orderId":{"N":"7"},"state":{"S":"new"}}},"ResultPath":null,"Next":"Find"},
          "Find":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:query","Parameters":{"TableName":"orders",
            "KeyConditionExpression":"customerId = :c AND orderId > :o",
            "ExpressionAttributeValues":{":c":{"S.$":"$.customer"},":o":{"N":"1"}}},"End":true}}}
        """

    @Test("A table is declared, used, listed and deleted")
    func life() async throws {
        let users = try RedisUsers(default: RedisUsers.openDefaultLine)
        let tables = ["WAITABLE_TABLES": "orders=customerId:S,orderId:N;plain=k:B"]
        try await Stack.with(options: users.options, environment: tables, ingestUser: "ingest") { stack in
            let worker = try stack.worker(["WAITABLE_REDIS_URL": Stack.url(of: stack.redis, user: "worker")])
            let machine = try await stack.create("orders", Self.definition)
            let execution = try await stack.closed(try await stack.start(machine, #"{"customer":"c-1"}"#))
            #expect(execution["status"] == "SUCCEEDED", "\(JSON.object(execution).text)")
            let output = try JSON(parsing: execution["output"]?.stringValue ?? "").objectValue
            let item = #"[{"customerId":{"S":"c-1"},"orderId":{"N":"7"},"state":{"S":"new"}}]"#
            #expect(output?["Items"] == (try JSON(parsing: item)))
            let arn = try #require(execution["executionArn"]?.stringValue)
            #expect(try await stack.events(arn).filter { $0 == "TaskSucceeded" }.count == 2)

            let ingest = ["WAITABLE_URL": stack.url]
            let redis = ["WAITABLE_REDIS_URL": Stack.url(of: stack.redis, user: "operator")]
            for environment in [ingest, redis] {
                let list = try await Program.run("table", "list", environment: environment)
                #expect(list.0 == 0 && list.1.contains("orders  customerId:S"), "\(list.1)")
                let create = ["table", "create", "made", "--partition-key", "k:S"]
                let made = try Program(create, environment: environment)
                #expect(try await made.end() == 0, "\(made.output)")
                #expect(made.output == "declared the table made with the key k:S\n")
                let other = try await Program.run(
                    "table",
                    "create",
                    "made",
                    "--partition-key",
                    "k:N",
                    environment: environment
                )
                #expect(other.0 == 3 && other.1.contains("has another key: k:S"), "\(other)")
                let deleted = try await Program.run("table", "delete", "made", environment: environment)
                #expect(deleted == (0, "deleted the table made with its items\n"))
                let missing = try await Program.run("table", "delete", "made", environment: environment)
                #expect(missing.0 == 2, "\(missing)")
            }
            let deleted = try await stack.post("", to: "/tables/orders/delete")
            #expect(deleted.status == 200)
            for partition in stack.partitions.stores {
                let keys = try await partition.client.send(RedisCommand("KEYS", partition.keys.prefix + ":record:*"))
                #expect(keys == .array([]))
            }
            for body in [#"{"name":"x","key":[]}"#, #"{"name":"items","key":[{"name":"k","type":"S"}]}"#] {
                #expect(try await stack.post(body, to: "/tables").status == 400)
            }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
            #expect(!worker.output.contains("NOPERM"), "\(worker.output)")
        }
    }

    private static let counting = """
        {"StartAt":"Count","States":{
          "Count":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:updateItem","Parameters":{"TableName":"sums",
            "Key":{"day":{"S":"today"},"part":{"N":"1"}},"UpdateExpression":"ADD n :one",
            "ExpressionAttributeValues":{":one":{"N":"1"}}},"ResultPath":null,"Next":"Note"},
          "Note":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:transactWriteItems","Parameters":{"TransactItems":[
            {"Put":{"TableName":"sums","Item":{"day":{"S":"today"},"part":{"N.$":"$.part"}},
              "ConditionExpression":"attribute_not_exists(part)"}},
            {"Update":{"TableName":"sums","Key":{"day":{"S":"today"},"part":{"N":"1"}},"UpdateExpression":"ADD noted :one",
              "ExpressionAttributeValues":{":one":{"N":"1"}}}}]},"End":true}}}
        """

    @Test("What tasks write to a declared table is written once, whichever worker is killed meanwhile")
    func killed() async throws {
        try await Stack.with(environment: ["WAITABLE_TABLES": "sums=day:S,part:N"]) { stack in
            let machine = try await stack.create("sums", Self.counting)
            let count = 60
            var executions: [String] = []
            for number in 0..<count {
                executions.append(try await stack.start(machine, #"{"part":"\#(number + 100)"}"#))
            }
            let environment = ["WAITABLE_BATCH": "3", "WAITABLE_LEASE_MS": "300"]
            for round in 1...3 {
                let worker = try stack.worker(environment)
                try await eventually("some are closed") {
                    let closed = try await stack.closedCount()
                    return closed >= 10 * round
                }
                worker.signal(SIGKILL)
                _ = try await worker.end()
            }
            let worker = try stack.worker(environment)
            for execution in executions {
                let description = try await stack.closed(execution)
                #expect(description["status"] == "SUCCEEDED", "\(JSON.object(description).text)")
            }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
            let partition = stack.partitions.partitioning.partition(of: "today")
            let store = stack.partitions.stores[partition]
            let key = store.keys.prefix + ":record:sums:today:1"
            let fields = try await store.client.send(RedisCommand("HMGET", key, "n", "noted")).array?.map(\.string)
            #expect(fields == [#"{"N":"\#(count)"}"#, #"{"N":"\#(count)"}"#])
            let index = store.keys.index(ofTable: "sums")
            #expect(try await store.client.send(RedisCommand("ZCARD", index)) == .integer(Int64(count + 1)))
        }
    }

    private static let filling = """
        {"StartAt":"Each","States":{"Each":{"Type":"Map","ItemsPath":"$.batches","MaxConcurrency":4,"End":true,
          "ItemProcessor":{"StartAt":"Put","States":{"Put":{"Type":"Task","End":true,
            "Resource":"arn:aws:states:::aws-sdk:dynamodb:batchWriteItem",
            "Parameters":{"RequestItems":{"rows.$":"$"}}}}}}}}
        """

    private static let reading = """
        {"StartAt":"Find","States":{"Find":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:scan","End":true,
          "Parameters":{"TableName":"rows","FilterExpression":"contains(s, :s)",
            "ExpressionAttributeValues":{":s":{"S":"needle"}}}}}}
        """

    private static let whole = """
        {"StartAt":"All","States":{"All":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:dynamodb:scan","End":true,
          "Parameters":{"TableName":"rows"},"ResultSelector":{"n.$":"$.Count"}}}}
        """

    @Test(
        "A scan of many items has all of them, whichever worker is killed meanwhile; what is too large for a state fails"
    )
    func readWhileKilled() async throws {
        try await Stack.with(environment: ["WAITABLE_TABLES": "rows=day:S,row:N"]) { stack in
            let filling = try await stack.create("filling", Self.filling)
            let text = String(repeating: "hay ", count: 25)
            let inputs = (0..<16).map { part in
                let batches = (0..<10).map { batch in
                    let puts = (0..<25).map { number in
                        let row = part * 250 + batch * 25 + number
                        let found = row % 100 == 0 ? " needle" : ""
                        return #"{"PutRequest":{"Item":{"day":{"S":"d\#(part)"},"row":{"N":"\#(row)"},"#
                            + #""s":{"S":"\#(text)\#(found)"},"l":{"L":[{"N":"1"},{"N":"2"}]}}}}"#
                    }
                    return "[\(puts.joined(separator: ","))]"
                }
                return #"{"batches":[\#(batches.joined(separator: ","))]}"#
            }
            let environment = ["WAITABLE_BATCH": "3", "WAITABLE_LEASE_MS": "500"]
            let first = try stack.worker(environment)
            for input in inputs {
                let description = try await stack.closed(try await stack.start(filling, input))
                #expect(description["status"] == "SUCCEEDED", "\(JSON.object(description).text)")
            }
            let reading = try await stack.create("reading", Self.reading)
            let whole = try await stack.closed(try await stack.start(try await stack.create("whole", Self.whole)))
            #expect(whole["error"] == "States.DataLimitExceeded", "\(JSON.object(whole).text)")
            first.signal(SIGTERM)
            #expect(try await first.end() == 0)
            var executions: [String] = []
            for _ in 0..<6 { executions.append(try await stack.start(reading)) }
            for _ in 1...3 {
                let worker = try stack.worker(environment)
                try await eventually("a part of a page is read, and kept") {
                    for store in stack.partitions.stores {
                        let key = store.keys.prefix + ":executions"
                        let documents = try await store.client.send(RedisCommand("HVALS", key)).array ?? []
                        if documents.contains(where: { $0.string?.contains(#""rest":{"#) == true }) { return true }
                    }
                    return false
                }
                worker.signal(SIGKILL)
                _ = try await worker.end()
            }
            let last = try stack.worker(environment)
            for execution in executions {
                let description = try await stack.closed(execution)
                #expect(description["status"] == "SUCCEEDED", "\(JSON.object(description).text)")
                let output = try JSON(parsing: description["output"]?.stringValue ?? "{}").objectValue ?? [:]
                #expect(output["Count"] == .integer(40) && output["ScannedCount"] == .integer(4_000))
                #expect(output["LastEvaluatedKey"] == nil)
                #expect(output["Items"]?.arrayValue?.count == 40)
                #expect(try await stack.events(execution).filter { $0 == "TaskSucceeded" }.count == 1)
            }
            last.signal(SIGTERM)
            #expect(try await last.end() == 0)
        }
    }

    @Test("validate names the command that declares what a definition's tasks need")
    func warned() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "waitable-\(UUID().uuidString).asl.json")
        let task =
            #"{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","Parameters":{"TableName":"orders","Key":{"customerId":{"S.$":"$.c"},"orderId":{"N":"1"}}},"End":true}"#
        try Data(#"{"StartAt":"A","States":{"A":\#(task)}}"#.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let (code, output) = try await Program.run("validate", file.path)
        #expect(code == 0)
        #expect(
            output.contains(
                "unless the table 'orders' is declared: "
                    + "waitable table create orders --partition-key customerId:S --sort-key orderId:N"
            ),
            "\(output)"
        )
    }
}
