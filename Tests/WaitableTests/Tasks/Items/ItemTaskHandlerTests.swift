import StatesLanguage
import Testing

@testable import Waitable

@Suite("Tasks on items", .timeLimit(.minutes(1)))
struct ItemTaskHandlerTests {
    private static let execution = ExecutionKey(machine: "m", name: "x")

    private func begin(
        _ resource: String,
        _ parameters: String,
        _ handler: ItemTaskHandler
    ) throws -> (disposition: TaskDisposition, effect: ItemEffect?) {
        handler.begin(
            TaskRequest(
                id: 3,
                state: "Write",
                resource: "arn:aws:states:::" + resource,
                parameters: try JSON(parsing: parameters),
                attempt: 0,
                timeoutSeconds: nil,
                heartbeatSeconds: nil
            )
        )
    }

    private func failure(
        _ resource: String,
        _ parameters: String,
        _ attributes: KeyAttributes = KeyAttributes()
    ) throws -> (String, String?) {
        let handler = ItemTaskHandler(keyAttributes: attributes, execution: Self.execution)
        let (disposition, effect) = try begin(resource, parameters, handler)
        guard case .failed(let error, let cause) = disposition else {
            Issue.record("did not fail")
            return ("", nil)
        }
        #expect(effect == nil)
        return (error, cause)
    }

    private func arguments(_ effect: ItemEffect) -> [String] {
        var words: [String] = []
        effect.appendArguments { words.append($0) }
        return words
    }

    @Test("the sample's put is an effect with a known outcome")
    func put() throws {
        let handler = ItemTaskHandler(execution: Self.execution, now: Instant(milliseconds: 1_795_407_521_123))
        let (disposition, effect) = try begin(
            "dynamodb:putItem",
            #"{"TableName":"T","Item":{"Id":{"S":"é x"},"ProcessStatus":{"S":"STARTED"},"Count":{"N":"1.0"}}}"#,
            handler
        )
        guard case .succeeded(let output) = disposition else {
            Issue.record("\(disposition)")
            return
        }
        #expect(
            effect.map(arguments) == [
                #"P["Id","ProcessStatus","Count"]"#, "T:é x", "é x", "STARTED", #"{"N":"1"}"#,
            ]
        )
        let metadata = output.objectValue?["SdkHttpMetadata"]?.objectValue
        #expect(metadata?["HttpStatusCode"] == .integer(200))
        let headers = metadata?["HttpHeaders"]?.objectValue
        #expect(headers?["x-amz-crc32"] == .string("2745614147"))
        #expect(headers?["Content-Length"] == .string("2"))
        #expect(headers?["Date"] == .string("Mon, 23 Nov 2026 04:18:41 GMT"))
        #expect(headers?["x-amzn-RequestId"]?.stringValue?.count == 52)
        #expect(metadata?["AllHttpHeaders"]?.objectValue?["Server"] == .array([.string("Server")]))
        let request = output.objectValue?["SdkResponseMetadata"]?.objectValue?["RequestId"]
        #expect(request != nil && request == headers?["x-amzn-RequestId"])
    }

    @Test("the sample's update is an effect that also writes the key")
    func update() throws {
        let handler = ItemTaskHandler(execution: Self.execution)
        let (disposition, effect) = try begin(
            "aws-sdk:dynamodb:updateItem",
            #"{"TableName":"T","Key":{"Id":{"S":"x"}},"UpdateExpression":"SET ProcessStatus = :s REMOVE a,#b","#
                + ##""ExpressionAttributeNames":{"#b":"b c"},"ExpressionAttributeValues":{":s":{"S":"COMPLETED"}}}"##,
            handler
        )
        guard case .succeeded(let output) = disposition else {
            Issue.record("\(disposition)")
            return
        }
        #expect(output.text == "{}")
        #expect(
            effect.map(arguments) == [#"U[["Id","ProcessStatus"],["a","b c"]]"#, "T:x", "x", "COMPLETED"]
        )
    }

    @Test("a parameter that is null and need not be there is not there")
    func nullParameters() throws {
        let nulls = ["ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues", "ReturnValues"]
            .map { #","\#($0)":null"# }.joined()
        let (_, effect) = try begin(
            "dynamodb:deleteItem",
            #"{"TableName":"T","Key":{"id":{"S":"a"}}\#(nulls)}"#,
            ItemTaskHandler(execution: Self.execution)
        )
        #expect(effect.map(arguments) == ["delete", "T:a"])
    }

    @Test("a delete without conditions is an effect, also out of a table's ARN")
    func delete() throws {
        let handler = ItemTaskHandler(execution: Self.execution)
        let (_, effect) = try begin(
            "dynamodb:deleteItem",
            #"{"TableName":"arn:aws:dynamodb:eu-west-1:1:table/T","Key":{"id":{"N":"05"}}}"#,
            handler
        )
        #expect(effect.map(arguments) == ["delete", "T:5"])
    }

    private static let programCases: [(String, String)] = [
        ("getItem", #""Key":{"Id":{"S":"x"}}"#),
        ("putItem", #""Item":{"Id":{"S":"x"}},"ConditionExpression":"attribute_not_exists(Id)""#),
        ("putItem", #""Item":{"Id":{"S":"x"}},"ReturnValues":"ALL_OLD""#),
        ("updateItem", #""Key":{"Id":{"S":"x"}},"UpdateExpression":"REMOVE a.b""#),
        (
            "updateItem",
            #""Key":{"Id":{"S":"x"}},"UpdateExpression":"SET a = a + :n","ExpressionAttributeValues":{":n":{"N":"1"}}"#
        ),
        ("deleteItem", #""Key":{"Id":{"S":"x"}},"ReturnValues":"ALL_OLD""#),
    ]

    @Test("what only Redis can tell becomes a program, and the task waits", arguments: programCases)
    func program(action: String, fields: String) throws {
        let handler = ItemTaskHandler(execution: Self.execution)
        let (disposition, effect) = try begin("dynamodb:\(action)", #"{"TableName":"T",\#(fields)}"#, handler)
        guard case .pending = disposition else {
            Issue.record("not pending")
            return
        }
        guard case .evaluate(let key, let program, 3, _)? = effect else {
            Issue.record("\(String(describing: effect))")
            return
        }
        #expect(key == ItemKey(table: "T", id: "x"))
        #expect(try JSON(parsing: program).objectValue?["task"] == .integer(3))
    }

    private static let large = String(repeating: "x", count: 5_000)
    private static let sizes: [(action: String, fields: String, makesNew: Bool)] = [
        ("getItem", "", false), ("deleteItem", "", false), ("deleteItem", #","ReturnValues":"ALL_OLD""#, false),
        ("updateItem", #","UpdateExpression":"SET a = :v","ExpressionAttributeValues":{":v":{"S":"x"}}"#, false),
        (
            "updateItem",
            #","UpdateExpression":"SET a = :v","ConditionExpression":"a = :v","ExpressionAttributeValues":{":v":{"S":"x"}}"#,
            false
        ),
        ("updateItem", #","UpdateExpression":"SET a = a + :v","ExpressionAttributeValues":{":v":{"N":"1"}}"#, false),
        ("updateItem", #","UpdateExpression":"REMOVE a.b""#, false),
        ("updateItem", #","UpdateExpression":"SET a = b""#, true),
        ("updateItem", #","UpdateExpression":"SET a = list_append(a, a)""#, true),
        (
            "updateItem",
            #","UpdateExpression":"SET a = if_not_exists(b, :v)","ExpressionAttributeValues":{":v":{"N":"1"}}"#, true
        ),
        (
            "updateItem",
            #","UpdateExpression":"SET a = :v","ExpressionAttributeValues":{":v":{"S":"\#(large)"}}"#, true
        ),
    ]

    @Test("what is small is nothing new, what may grow much is", arguments: sizes, [true, false])
    func growth(operation: (action: String, fields: String, makesNew: Bool), evaluatesAll: Bool) throws {
        let handler = ItemTaskHandler(execution: Self.execution, alwaysEvaluate: evaluatesAll)
        let key = #""TableName":"T","Key":{"Id":{"S":"x"}}"#
        let (_, effect) = try begin("dynamodb:\(operation.action)", "{\(key)\(operation.fields)}", handler)
        #expect(try #require(effect).makesNew == operation.makesNew)
    }

    @Test("what is put is new", arguments: [true, false])
    func putGrows(evaluatesAll: Bool) throws {
        let handler = ItemTaskHandler(execution: Self.execution, alwaysEvaluate: evaluatesAll)
        let (_, effect) = try begin("dynamodb:putItem", #"{"TableName":"T","Item":{"Id":{"S":"x"}}}"#, handler)
        #expect(try #require(effect).makesNew)
    }

    @Test("in the second try of a refused step, plain writes are evaluated too")
    func alwaysEvaluate() throws {
        let handler = ItemTaskHandler(execution: Self.execution, alwaysEvaluate: true)
        let (disposition, effect) = try begin(
            "dynamodb:putItem",
            #"{"TableName":"T","Item":{"Id":{"S":"x"}}}"#,
            handler
        )
        guard case .pending = disposition, case .evaluate? = effect else {
            Issue.record("\(disposition)")
            return
        }
    }

    private static let validationCases: [(String, String)] = [
        (
            #"{"TableName":"T","Item":null}"#,
            "1 validation error detected: Value null at 'item' failed to satisfy constraint: Member must not be null"
        ),
        (
            #"{"TableName":null,"Item":{"Id":{"S":"x"}}}"#,
            "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null"
        ),
        (
            #"{"TableName":null,"Item":null}"#,
            "2 validation errors detected: Value null at 'item' failed to satisfy constraint: Member must not be null; "
                + "Value null at 'tableName' failed to satisfy constraint: Member must not be null"
        ),
        (
            #"{"TableName":"T","Item":{"Id":{"S":null}}}"#,
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
        ),
        (
            #"{"TableName":"T","Item":{"a":{"S":"x"}}}"#,
            "One or more parameter values were invalid: Missing the key Id in the item"
        ),
        (
            #"{"TableName":"T","Item":{"Id":{"S":""}}}"#,
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: Id"
        ),
        (
            #"{"TableName":"T","Item":{"Id":{"BOOL":true}}}"#,
            "One or more parameter values were invalid: Type mismatch for key Id expected: S actual: BOOL"
        ),
        (
            #"{"TableName":"a:b","Item":{"Id":{"S":"x"}}}"#,
            "1 validation error detected: Value 'a:b' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        ),
        (
            #"{"TableName":"T","Item":{"Id":{"S":"x"}},"ReturnValues":"ALL_NEW"}"#,
            "1 validation error detected: Value 'ALL_NEW' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [NONE, ALL_OLD]"
        ),
        (
            #"{"TableName":"T","Item":{"Id":{"S":"x"}},"ExpressionAttributeValues":{":v":{"S":"x"}}}"#,
            "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null"
        ),
        (
            #"{"TableName":"T","Item":{"Id":{"S":"x"}},"ConditionExpression":"attribute_exists(Id)","ExpressionAttributeValues":{":v":{"S":"x"}}}"#,
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}"
        ),
        (
            #"{"TableName":"T","Item":{"Id":{"S":"x"}},"ConditionExpression":"attribute_exists(Id)","#
                + ##""ExpressionAttributeNames":{"#v":"x"}}"##,
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#v}"
        ),
        (
            #"{"TableName":"T","Item":{"Id":{"S":"x"}},"ConditionExpression":"a = :v","ExpressionAttributeValues":{"v":{"S":"x"}}}"#,
            #"ExpressionAttributeValues contains invalid key: Syntax error; key: "v""#
        ),
    ]

    @Test("validation errors have the integration's names and DynamoDB's words", arguments: validationCases)
    func validation(parameters: String, message: String) throws {
        let optimised = try failure("dynamodb:putItem", parameters)
        #expect(optimised.0 == "DynamoDB.AmazonDynamoDBException")
        #expect(
            optimised.1?.hasPrefix(
                "\(message) (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ValidationException; Request ID: "
            ) == true,
            "\(optimised.1 ?? "")"
        )
        let sdk = try failure("aws-sdk:dynamodb:putItem", parameters)
        #expect(sdk.0 == "DynamoDb.DynamoDbException")
        #expect(sdk.1?.hasPrefix("\(message) (Service: DynamoDb, Status Code: 400, Request ID: ") == true)
    }

    @Test("an update may not touch the key, and a key is one attribute")
    func keys() throws {
        let touched = try failure(
            "dynamodb:updateItem",
            #"{"TableName":"T","Key":{"Id":{"S":"x"}},"UpdateExpression":"REMOVE Id"}"#
        )
        #expect(touched.1?.hasPrefix("One or more parameter values were invalid: Cannot update attribute Id.") == true)
        for key in [#"{"Id":{"S":"x"},"Sort":{"S":"y"}}"#, #"{"Name":{"S":"x"}}"#] {
            let wrong = try failure("dynamodb:getItem", #"{"TableName":"T","Key":\#(key)}"#)
            #expect(wrong.1?.hasPrefix("The provided key element does not match the schema") == true)
        }
    }

    @Test("declared tables have their own key attribute; closed, there are no others")
    func tables() throws {
        let attributes = KeyAttributes(tables: ["Orders": "OrderId"], isClosed: true)
        let handler = ItemTaskHandler(keyAttributes: attributes, execution: Self.execution)
        let (_, effect) = try begin(
            "dynamodb:putItem",
            #"{"TableName":"Orders","Item":{"Id":{"S":"a"},"OrderId":{"S":"b"}}}"#,
            handler
        )
        #expect(effect?.key == ItemKey(table: "Orders", id: "b"))
        let missing = try failure("aws-sdk:dynamodb:putItem", #"{"TableName":"T","Item":{"id":{"S":"a"}}}"#, attributes)
        #expect(missing.0 == "DynamoDb.ResourceNotFoundException")
        #expect(
            missing.1?.hasPrefix("Requested resource not found (Service: DynamoDb, Status Code: 400, Request ID: ")
                == true
        )
    }

    private static let shapeCases: [(String, String)] = [
        (#"{"Item":{"Id":{"S":"x"}}}"#, "The field 'TableName' is required but was missing"),
        (#"{"TableName":"T","Item":{},"Foo":1}"#, "The field 'Foo' is not supported by Step Functions"),
        (#"{"TableName":5,"Item":{}}"#, "The value for the field 'TableName' must be a STRING"),
        (#"{"TableName":"T","Item":{"Id":{"N":5}}}"#, "The value for the field 'N' must be a STRING"),
    ]

    @Test("parameters of the wrong shape are Step Functions' own error", arguments: shapeCases)
    func shape(parameters: String, reason: String) throws {
        let (error, cause) = try failure("dynamodb:putItem", parameters)
        #expect(error == "States.Runtime")
        #expect(cause == "The Parameters '\(parameters)' could not be used to start the Task: [\(reason)]")
    }

    @Test("an item above 400 KB is refused")
    func size() throws {
        let text = String(repeating: "x", count: 409_600)
        let (_, cause) = try failure(
            "dynamodb:putItem",
            #"{"TableName":"T","Item":{"Id":{"S":"x"},"a":{"S":"\#(text)"}}}"#
        )
        #expect(cause?.hasPrefix("Item size has exceeded the maximum allowed size") == true)
    }

    @Test("outcomes become the task's output, or its error")
    func outcomes() throws {
        let echo = #"{\"via\":\"dynamodb\",\"request\":\"R\"}"#
        let success = ItemOutcome(try JSON(parsing: #"{"task":7,"echo":"\#(echo)","answer":{"Item":{"a":{"S":"b"}}}}"#))
        #expect(success.task == 7)
        guard case .succeeded(let output) = success.result else {
            Issue.record("\(success)")
            return
        }
        #expect(output.objectValue?["Item"]?.text == #"{"a":{"S":"b"}}"#)
        #expect(output.objectValue?["SdkResponseMetadata"]?.text == #"{"RequestId":"R"}"#)

        let failed = ItemOutcome(
            try JSON(
                parsing: #"{"task":7,"echo":"\#(echo)","code":"ConditionalCheckFailedException","#
                    + #""message":"The conditional request failed"}"#
            )
        )
        #expect(
            failed.result
                == .failed(
                    error: "DynamoDB.ConditionalCheckFailedException",
                    cause: "The conditional request failed (Service: AmazonDynamoDBv2; Status Code: 400; "
                        + "Error Code: ConditionalCheckFailedException; Request ID: R; Proxy: null)"
                )
        )
    }

    @Test("request ids are the same for the same task, and differ between tasks and executions")
    func requestIDs() {
        #expect(RequestID.derive(from: "m:x", task: 3) == RequestID.derive(from: "m:x", task: 3))
        #expect(RequestID.derive(from: "m:x", task: 3) != RequestID.derive(from: "m:x", task: 4))
        #expect(RequestID.derive(from: "m:x", task: 3) != RequestID.derive(from: "m:y", task: 3))
    }
}
