import RedisClient
import StatesLanguage
import Testing
import Waitable

@Suite("Item programs", .redisServer, .timeLimit(.minutes(1)))
struct ItemProgramTests {
    /// Runs a task on the item `T:x` inside a commit, and gives its output or error.
    private func run(
        _ partition: Partition,
        _ action: String,
        _ fields: String,
        expectsProgram: Bool = true
    ) async throws -> ItemOutcome.TaskResult {
        let handler = ItemTaskHandler(execution: ExecutionKey(machine: "m", name: "a"), alwaysEvaluate: true)
        let identity = action == "putItem" ? "" : #""Key":{"Id":{"S":"x"}}"#
        let members = ["\"TableName\":\"T\"", identity, fields].filter { !$0.isEmpty }.joined(separator: ",")
        let (disposition, effect) = handler.begin(
            TaskRequest(
                id: 7,
                state: "S",
                resource: "arn:aws:states:::aws-sdk:dynamodb:\(action)",
                parameters: try JSON(parsing: "{\(members)}"),
                attempt: 0,
                timeoutSeconds: nil,
                heartbeatSeconds: nil
            )
        )
        guard case .pending = disposition else {
            Issue.record("\(disposition)")
            return .failed(error: "", cause: nil)
        }
        var words: [String] = []
        try #require(effect).appendArguments { words.append($0) }
        try await partition.redis("HDEL", "~:executions", "m:a")
        try await partition.accept("m:a")
        let token = try await partition.claim().token
        let entry = Entry("m:a", next: "1", token: token, effects: [words])
        let reply = try await partition.call("commit", [token] + Entry.arguments([entry]))
        let result = try #require(reply.array?.first?.array)
        #expect(result.first == .integer(1))
        let text = try #require(result.last?.string)
        let json = try JSON(parsing: text)
        let document = try #require(try await partition.document("m:a"))
        #expect(document.hasPrefix(#"{"s":"R","outcomes":{"7":\#(text)},"k":"\#(token)""#))
        #expect(ItemOutcome(json).task == 7)
        return ItemOutcome(json).result
    }

    private func succeeded(_ text: String) throws -> ItemOutcome.TaskResult { .succeeded(try JSON(parsing: text)) }

    private func set(_ partition: Partition, _ fields: String...) async throws {
        try await partition.redis("DEL", "~:item:T:x")
        for index in stride(from: 0, to: fields.count, by: 2) {
            try await partition.redis("HSET", "~:item:T:x", fields[index], fields[index + 1])
        }
    }

    @Test("all types make the round trip: put, stored, got")
    func roundTrip() async throws {
        let partition = try Partition()
        let item =
            #"{"B":{"B":"aGk="},"BOOL":{"BOOL":false},"BS":{"BS":["aGk=","aG8="]},"E":{"S":""},"Id":{"S":"x"},"#
            + #""L":{"L":[{"S":"a"},{"N":"1"},{"L":[]},{"M":{}}]},"M":{"M":{"a":{"NULL":true},"é\"":{"S":"{\"S\""}}},"#
            + #""N":{"N":"-12345678901234567890.123456789012345678"},"NS":{"NS":["1","2.5"]},"NULL":{"NULL":true},"#
            + #""S":{"S":"{\"S\":\"looks like it\"}"},"SS":{"SS":["b","a"]},"T":{"S":"日\u0001\n\\/"}}"#
        #expect(try await run(partition, "putItem", #""Item":\#(item)"#) == succeeded("{}"))
        #expect(try await partition.item("T:x")["Id"] == "x")
        #expect(try await partition.item("T:x")["NS"] == #"{"NS":["1","2.5"]}"#)
        #expect(try await run(partition, "getItem", "") == succeeded(#"{"Item":\#(item)}"#))
    }

    @Test("what people wrote by hand is read: texts, numbers in any form, and what only looks typed")
    func foreign() async throws {
        let partition = try Partition()
        try await set(
            partition,
            "a",
            "text",
            "b",
            #"{"N":"1.50e1"}"#,
            "c",
            #"{"N":"x"}"#,
            "d",
            #"{"S":"a","N":"1"}"#,
            "e",
            "{\"",
            "f",
            "5"
        )
        #expect(
            try await run(partition, "getItem", "")
                == succeeded(
                    #"{"Item":{"a":{"S":"text"},"b":{"N":"15"},"c":{"S":"{\"N\":\"x\"}"},"#
                        + #""d":{"S":"{\"S\":\"a\",\"N\":\"1\"}"},"e":{"S":"{\""},"f":{"S":"5"}}}"#
                )
        )
    }

    @Test("an item that is not there")
    func absent() async throws {
        let partition = try Partition()
        #expect(try await run(partition, "getItem", "") == succeeded("{}"))
        #expect(try await run(partition, "deleteItem", #""ReturnValues":"ALL_OLD""#) == succeeded("{}"))
        #expect(try await run(partition, "updateItem", #""UpdateExpression":"REMOVE a""#) == succeeded("{}"))
        #expect(try await partition.item("T:x") == ["Id": "x"])
    }

    private static let tooMuchWork = "The request and its items are more work than one request may take"

    /// A list of so many small elements, in stored form.
    private func list(_ count: Int) -> String {
        #"{"L":[\#(Array(repeating: #"{"N":"1"}"#, count: count).joined(separator: ","))]}"#
    }

    @Test("a request whose work multiplies with the size of its item is refused before it is done")
    func work() async throws {
        let partition = try Partition()
        let many = (0..<40).map { "a\($0)=b" }.joined(separator: ",")
        let appended = (0..<90).reduce("b") { text, _ in "list_append(\(text),b)" }
        let contained = Array(repeating: "NOT contains(b,c)", count: 40).joined(separator: " AND ")
        let equal = Array(repeating: "a=b", count: 100).joined(separator: " AND ")
        let tooLarge = "Item size to update has exceeded the maximum allowed size"
        let cases: [(fields: [String], expression: String, message: String)] = [
            (["b", list(120_000)], #""UpdateExpression":"SET \#(many)""#, Self.tooMuchWork),
            (["b", String(repeating: "a", count: 12_000)], #""UpdateExpression":"SET \#(many)""#, tooLarge),
            (["b", list(1_000)], #""UpdateExpression":"SET c=\#(appended)""#, Self.tooMuchWork),
            (
                ["b", String(repeating: "a", count: 200_000), "c", String(repeating: "a", count: 100_000) + "b"],
                #""UpdateExpression":"SET d=e","ConditionExpression":"\#(contained)""#, Self.tooMuchWork
            ),
            (
                ["a", list(1_000), "b", list(1_000)],
                #""UpdateExpression":"SET d=e","ConditionExpression":"\#(equal)""#, Self.tooMuchWork
            ),
        ]
        for (fields, expression, message) in cases {
            try await partition.redis("DEL", "~:item:T:x")
            for index in stride(from: 0, to: fields.count, by: 2) {
                try await partition.redis("HSET", "~:item:T:x", fields[index], fields[index + 1])
            }
            let contents = try await partition.redis("HLEN", "~:item:T:x")
            let result = try await run(partition, "updateItem", expression)
            guard case .failed(_, let cause) = result else {
                Issue.record("\(expression.prefix(80)): not refused")
                continue
            }
            #expect(cause?.contains(message) == true)
            #expect(try await partition.redis("HLEN", "~:item:T:x") == contents)
        }
    }

    @Test("many places of one attribute are changed in one go: what is appended stays, and so does the old item")
    func manyPlaces() async throws {
        let partition = try Partition()
        try await set(partition, "Id", "x", "l", list(3_000))
        let removed = (0..<250).map { "l[\($0 * 2)]" }.joined(separator: ",")
        #expect(
            try await run(partition, "updateItem", #""UpdateExpression":"REMOVE \#(removed)""#) == succeeded("{}")
        )
        #expect(try await partition.item("T:x")["l"] == list(2_750))
        try await set(
            partition,
            "Id",
            "x",
            "l",
            #"{"L":[{"S":"0"},{"S":"1"},{"S":"2"},{"L":[{"S":"a"}]}]}"#,
            "m",
            #"{"M":{"a":{"S":"b"}}}"#
        )
        let expression =
            #""UpdateExpression":"SET l[3][9]=l[0],l[8]=m,m.a=l[1],c=m REMOVE l[0],l[2],l[4]","ReturnValues":"ALL_OLD""#
        #expect(
            try await run(partition, "updateItem", expression)
                == succeeded(
                    #"{"Attributes":{"Id":{"S":"x"},"l":{"L":[{"S":"0"},{"S":"1"},{"S":"2"},{"L":[{"S":"a"}]}]},"#
                        + #""m":{"M":{"a":{"S":"b"}}}}}"#
                )
        )
        let item = try await partition.item("T:x")
        #expect(item["l"] == #"{"L":[{"S":"1"},{"L":[{"S":"a"},{"S":"0"}]},{"M":{"a":{"S":"b"}}}]}"#)
        #expect(item["m"] == #"{"M":{"a":{"S":"1"}}}"#)
        #expect(item["c"] == #"{"M":{"a":{"S":"b"}}}"#)
    }

    @Test("a projection gives the wanted parts")
    func projection() async throws {
        let partition = try Partition()
        try await set(
            partition,
            "Id",
            "x",
            "l",
            #"{"L":[{"S":"a"},{"S":"b"},{"S":"c"}]}"#,
            "m",
            #"{"M":{"a":{"N":"1"},"b":{"N":"2"}}}"#
        )
        #expect(
            try await run(
                partition,
                "getItem",
                ##""ProjectionExpression":"l[2],l[0],m.#b,nope,Id.x","ExpressionAttributeNames":{"#b":"b"}"##
            ) == succeeded(#"{"Item":{"l":{"L":[{"S":"a"},{"S":"c"}]},"m":{"M":{"b":{"N":"2"}}}}}"#)
        )
    }

    private static let item = [
        "Id", "x", "s", "hello", "n", #"{"N":"10"}"#, "b", #"{"B":"aGVsbG8="}"#, "t", #"{"BOOL":true}"#,
        "z", #"{"NULL":true}"#, "ss", #"{"SS":["a","b"]}"#, "ns", #"{"NS":["1","2"]}"#,
        "l", #"{"L":[{"S":"a"},{"M":{"k":{"N":"1.0"}}}]}"#, "m", #"{"M":{"a":{"S":"x"},"b":{"L":[]}}}"#, "u", "日本語",
    ]

    private static let conditions: [(String, String, Bool)] = [
        ("s = :v", #"{"S":"hello"}"#, true), ("s = :v", #"{"S":"Hello"}"#, false), ("s = :v", #"{"N":"10"}"#, false),
        ("n = :v", #"{"N":"1e1"}"#, true), ("n < :v", #"{"N":"9"}"#, false), ("n > :v", #"{"N":"9"}"#, true),
        ("n <= :v", #"{"N":"10.00"}"#, true), ("n >= :v", #"{"N":"10.0000001"}"#, false),
        ("n > :v", #"{"N":"-100"}"#, true), ("n > :v", #"{"S":"1"}"#, false), ("n <> :v", #"{"S":"10"}"#, true),
        ("nope = :v", #"{"S":"x"}"#, false), ("nope <> :v", #"{"S":"x"}"#, true),
        ("NOT nope = :v", #"{"S":"x"}"#, true),
        ("s < :v", #"{"S":"hellp"}"#, true), ("s < :v", #"{"S":"hell"}"#, false), ("u > :v", #"{"S":"zzz"}"#, true),
        ("b = :v", #"{"B":"aGVsbG8="}"#, true), ("b > :v", #"{"B":"aGVsbA=="}"#, true),
        ("ss = :v", #"{"SS":["b","a"]}"#, true), ("ss = :v", #"{"SS":["a"]}"#, false),
        ("l = :v", #"{"L":[{"S":"a"},{"M":{"k":{"N":"1"}}}]}"#, true), ("m = :v", #"{"M":{"a":{"S":"x"}}}"#, false),
        ("t = :v", #"{"BOOL":true}"#, true), ("z = :v", #"{"NULL":true}"#, true),
        ("n BETWEEN :v AND :v", #"{"N":"10"}"#, true), ("s BETWEEN :v AND s", #"{"S":"a"}"#, true),
        ("n IN (:v, n)", #"{"N":"3"}"#, true), ("s IN (:v)", #"{"S":"x"}"#, false),
        ("attribute_exists(m.a) AND s <> :v", #"{"S":""}"#, true),
        ("attribute_exists(m.nope) OR s = :v", #"{"S":""}"#, false),
        ("attribute_not_exists(l[2]) AND s <> :v", #"{"S":""}"#, true),
        ("attribute_type(m.b, :v)", #"{"S":"L"}"#, true), ("attribute_type(nope, :v)", #"{"S":"L"}"#, false),
        ("begins_with(s, :v)", #"{"S":"hel"}"#, true), ("begins_with(s, :v)", #"{"S":"el"}"#, false),
        ("begins_with(b, :v)", #"{"B":"aGU="}"#, true), ("begins_with(n, :v)", #"{"S":"1"}"#, false),
        ("contains(s, :v)", #"{"S":"ell"}"#, true), ("contains(s, :v)", #"{"S":"%a"}"#, false),
        ("contains(ss, :v)", #"{"S":"b"}"#, true), ("contains(ns, :v)", #"{"N":"2.0"}"#, true),
        ("contains(ns, :v)", #"{"S":"2"}"#, false), ("contains(l, :v)", #"{"M":{"k":{"N":"1"}}}"#, true),
        ("contains(b, :v)", #"{"B":"bA=="}"#, true), ("contains(n, :v)", #"{"N":"1"}"#, false),
        ("size(s) = :v", #"{"N":"5"}"#, true), ("size(u) = :v", #"{"N":"3"}"#, true),
        ("size(b) = :v", #"{"N":"5"}"#, true),
        ("size(ss) = :v", #"{"N":"2"}"#, true), ("size(l) = :v", #"{"N":"2"}"#, true),
        ("size(m) = :v", #"{"N":"2"}"#, true),
        ("size(n) = :v", #"{"N":"2"}"#, false), ("size(nope) <> :v", #"{"N":"2"}"#, true),
        ("l[1].k = :v", #"{"N":"1"}"#, true), ("l[7].k = :v", #"{"N":"1"}"#, false),
        ("(s = :v OR n > :v) AND NOT t = :v", #"{"N":"1"}"#, true),
    ]

    @Test("conditions decide", arguments: conditions)
    func condition(expression: String, value: String, holds: Bool) async throws {
        let partition = try Partition()
        for index in stride(from: 0, to: Self.item.count, by: 2) {
            try await partition.redis("HSET", "~:item:T:x", Self.item[index], Self.item[index + 1])
        }
        let before = try await partition.item("T:x")
        let result = try await run(
            partition,
            "deleteItem",
            #""ConditionExpression":"\#(expression)","ExpressionAttributeValues":{":v":\#(value)}"#
        )
        if holds {
            #expect(result == .succeeded(.object([:])))
            #expect(try await partition.item("T:x").isEmpty)
        } else {
            guard case .failed(let error, let cause) = result else {
                Issue.record("\(result)")
                return
            }
            #expect(error == "DynamoDb.ConditionalCheckFailedException")
            #expect(
                cause?.hasPrefix("The conditional request failed (Service: DynamoDb, Status Code: 400, Request ID: ")
                    == true
            )
            #expect(try await partition.item("T:x") == before)
        }
    }

    private static let sums: [(String, String, String, String)] = [
        ("9007199254740993", "+", "1", "9007199254740994"), ("0.1", "+", "0.2", "0.3"), ("5", "-", "7", "-2"),
        ("-5", "-", "-7", "2"), ("1", "-", "1", "0"), ("0", "-", "3", "-3"),
        ("999999999999", "+", "1", "1000000000000"),
        (
            "99999999999999999999999999999999999998", "+", "1", "99999999999999999999999999999999999999"
        ),
        ("1e-130", "+", "1e-130", "0." + String(repeating: "0", count: 129) + "2"),
        ("1e125", "-", "1e125", "0"), ("100", "+", "1e37", "10000000000000000000000000000000000100"),
        ("0.000000000001", "-", "1", "-0.999999999999"),
    ]

    @Test("arithmetic is exact", arguments: sums)
    func arithmetic(first: String, sign: String, second: String, result: String) async throws {
        let partition = try Partition()
        try await set(partition, "Id", "x", "n", #"{"N":"\#(first)"}"#)
        let value = #""ExpressionAttributeValues":{":v":{"N":"\#(second)"}},"ReturnValues":"UPDATED_NEW""#
        #expect(
            try await run(partition, "updateItem", #""UpdateExpression":"SET n = n \#(sign) :v",\#(value)"#)
                == succeeded(#"{"Attributes":{"n":{"N":"\#(result)"}}}"#)
        )
        #expect(try await partition.item("T:x")["n"] == #"{"N":"\#(result)"}"#)
        if sign == "+" {
            try await set(partition, "Id", "x", "n", #"{"N":"\#(first)"}"#)
            #expect(
                try await run(partition, "updateItem", #""UpdateExpression":"ADD n :v",\#(value)"#)
                    == succeeded(#"{"Attributes":{"n":{"N":"\#(result)"}}}"#)
            )
        }
    }

    private static let updates: [(String, String, [String: String])] = [
        ("SET a = :s, m.a = :n", "", ["a": "new", "m": #"{"M":{"a":{"N":"1"},"b":{"L":[]}}}"#]),
        ("SET a = s, s = :s", "", ["a": "hello", "s": "new"]),
        (
            "SET l[0] = :s, l[9] = :n, l[8] = :s", "",
            ["l": #"{"L":[{"S":"new"},{"M":{"k":{"N":"1"}}},{"S":"new"},{"N":"1"}]}"#]
        ),
        (
            "SET a = if_not_exists(n, :n) + :n, c = if_not_exists(c, :n) + :n", "",
            ["a": #"{"N":"11"}"#, "c": #"{"N":"2"}"#]
        ),
        (
            "SET l = list_append(l, :l), k = list_append(:l, l)", "",
            [
                "l": #"{"L":[{"S":"a"},{"M":{"k":{"N":"1"}}},{"S":"z"}]}"#,
                "k": #"{"L":[{"S":"z"},{"S":"a"},{"M":{"k":{"N":"1"}}}]}"#,
            ]
        ),
        (
            "REMOVE s, l[0], m.b, nope, l[7]", "s",
            ["l": #"{"L":[{"M":{"k":{"N":"1"}}}]}"#, "m": #"{"M":{"a":{"S":"x"}}}"#]
        ),
        ("REMOVE l[0], l[1]", "", ["l": #"{"L":[]}"#]),
        (
            "ADD ss :ss, fresh :ss, q :n", "",
            [
                "ss": #"{"SS":["a","b","c"]}"#, "fresh": #"{"SS":["b","c"]}"#, "q": #"{"N":"1"}"#,
            ]
        ),
        ("DELETE ss :ss, nope :ss", "", ["ss": #"{"SS":["a"]}"#]),
        ("SET m = :s REMOVE t ADD n :n DELETE ss :ab", "t,ss", ["m": "new", "n": #"{"N":"11"}"#]),
    ]

    @Test("updates change what they name, by the item as it was", arguments: updates)
    func update(expression: String, removed: String, changed: [String: String]) async throws {
        let partition = try Partition()
        for index in stride(from: 0, to: Self.item.count, by: 2) {
            try await partition.redis("HSET", "~:item:T:x", Self.item[index], Self.item[index + 1])
        }
        var expected = try await partition.item("T:x")
        for name in removed.split(separator: ",") { expected[String(name)] = nil }
        for (name, value) in changed { expected[name] = value }
        let all = [
            ":s": #"{"S":"new"}"#, ":n": #"{"N":"1"}"#, ":l": #"{"L":[{"S":"z"}]}"#, ":ss": #"{"SS":["b","c"]}"#,
            ":ab": #"{"SS":["b","a"]}"#,
        ]
        let used = all.filter { name, _ in
            expression.contains(name) && (name != ":s" || expression.contains(/:s\b/))
        }
        let values = used.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",")
        let field = used.isEmpty ? "" : #","ExpressionAttributeValues":{\#(values)}"#
        let result = try await run(partition, "updateItem", #""UpdateExpression":"\#(expression)"\#(field)"#)
        #expect(result == .succeeded(.object([:])))
        #expect(try await partition.item("T:x") == expected)
    }

    private static let failures: [(String, String, String)] = [
        ("SET a = nope", "", "The provided expression refers to an attribute that does not exist in the item"),
        ("SET nope.a = :v", #"{"S":"x"}"#, "The document path provided in the update expression is invalid for update"),
        ("SET s.a = :v", #"{"S":"x"}"#, "The document path provided in the update expression is invalid for update"),
        ("SET s[0] = :v", #"{"S":"x"}"#, "The document path provided in the update expression is invalid for update"),
        ("REMOVE nope.a", "", "The document path provided in the update expression is invalid for update"),
        ("SET s = s + :v", #"{"N":"1"}"#, "An operand in the update expression has an incorrect data type"),
        ("SET s = list_append(s, :v)", #"{"L":[]}"#, "An operand in the update expression has an incorrect data type"),
        ("ADD s :v", #"{"N":"1"}"#, "An operand in the update expression has an incorrect data type"),
        ("ADD ns :v", #"{"SS":["1"]}"#, "An operand in the update expression has an incorrect data type"),
        ("DELETE ns :v", #"{"SS":["1"]}"#, "An operand in the update expression has an incorrect data type"),
        (
            "ADD n :v", #"{"N":"0.0000000000000000000000000000000000001"}"#,
            "Attempting to store more than 38 significant digits in a Number"
        ),
        (
            "SET n = :v + :v", #"{"N":"9e125"}"#,
            "Number overflow. Attempting to store a number with magnitude larger than supported range"
        ),
    ]

    @Test("an update that fails leaves the item as it was", arguments: failures)
    func failure(expression: String, value: String, message: String) async throws {
        let partition = try Partition()
        for index in stride(from: 0, to: Self.item.count, by: 2) {
            try await partition.redis("HSET", "~:item:T:x", Self.item[index], Self.item[index + 1])
        }
        let before = try await partition.item("T:x")
        let field = value.isEmpty ? "" : #","ExpressionAttributeValues":{":v":\#(value)}"#
        let result = try await run(partition, "updateItem", #""UpdateExpression":"\#(expression)"\#(field)"#)
        guard case .failed("DynamoDb.DynamoDbException", let cause?) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(cause.hasPrefix(message + " ("))
        #expect(try await partition.item("T:x") == before)
    }

    @Test("return values show the item before and after")
    func returnValues() async throws {
        let partition = try Partition()
        let old = #"{"Id":{"S":"x"},"a":{"S":"1"},"m":{"M":{"k":{"S":"2"},"o":{"S":"3"}}}}"#
        let new = #"{"Id":{"S":"x"},"a":{"S":"n"},"m":{"M":{"k":{"S":"n"},"o":{"S":"3"}}}}"#
        for (wanted, attributes) in [
            ("ALL_OLD", old), ("ALL_NEW", new), ("UPDATED_OLD", #"{"a":{"S":"1"},"m":{"M":{"k":{"S":"2"}}}}"#),
            ("UPDATED_NEW", #"{"a":{"S":"n"},"m":{"M":{"k":{"S":"n"}}}}"#),
        ] {
            try await set(partition, "Id", "x", "a", "1", "m", #"{"M":{"k":{"S":"2"},"o":{"S":"3"}}}"#)
            let fields =
                #""UpdateExpression":"SET a = :v, m.k = :v","ExpressionAttributeValues":{":v":{"S":"n"}},"#
                + #""ReturnValues":"\#(wanted)""#
            #expect(
                try await run(partition, "updateItem", fields) == succeeded(#"{"Attributes":\#(attributes)}"#),
                "\(wanted)"
            )
        }
        let put = #""Item":{"Id":{"S":"x"}},"ReturnValues":"ALL_OLD""#
        #expect(try await run(partition, "putItem", put) == succeeded(#"{"Attributes":\#(new)}"#))
        #expect(
            try await run(partition, "deleteItem", #""ReturnValues":"ALL_OLD""#)
                == succeeded(#"{"Attributes":{"Id":{"S":"x"}}}"#)
        )
    }

    @Test("a key of another type is the task's failure, not the commit's")
    func wrongType() async throws {
        let partition = try Partition()
        try await partition.redis("SET", "~:item:T:x", "kept")
        guard case .failed("DynamoDb.InternalServerError", let cause?) = try await run(partition, "getItem", "") else {
            Issue.record("did not fail")
            return
        }
        #expect(cause.hasPrefix("WRONGTYPE Operation against a key holding the wrong kind of value"))
        #expect(try await partition.redis("GET", "~:item:T:x").string == "kept")
    }

    @Test("an item does not grow beyond 400 KB")
    func size() async throws {
        let partition = try Partition()
        try await set(partition, "Id", "x", "a", String(repeating: "x", count: 409_000))
        let value = String(repeating: "y", count: 1_000)
        let result = try await run(
            partition,
            "updateItem",
            #""UpdateExpression":"SET b = :v","ExpressionAttributeValues":{":v":{"S":"\#(value)"}},"ReturnValues":"UPDATED_OLD""#
        )
        guard case .failed(_, let cause?) = result else {
            Issue.record("accepted")
            return
        }
        #expect(cause.hasPrefix("Item size to update has exceeded the maximum allowed size"))
        #expect(try await partition.item("T:x")["b"] == nil)
    }

    @Test("the sample's conditional start: one of two puts wins")
    func conditionalPut() async throws {
        let partition = try Partition()
        let put = #""Item":{"Id":{"S":"x"}},"ConditionExpression":"attribute_not_exists(Id)""#
        #expect(try await run(partition, "putItem", put) == succeeded("{}"))
        guard case .failed("DynamoDb.ConditionalCheckFailedException", _) = try await run(partition, "putItem", put)
        else {
            Issue.record("accepted twice")
            return
        }
    }
}
