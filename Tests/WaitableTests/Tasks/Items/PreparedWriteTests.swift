import StatesLanguage
import Testing

@testable import Waitable

@Suite("Prepared writes", .timeLimit(.minutes(1)))
struct PreparedWriteTests {
    private static let input = """
        {"id":"order 1","n":"007.50","text":"{\\"S\\" é","empty":"","number":7,"long":"\(String(repeating: "x", count: 1_025))"}
        """

    /// A machine of one task, in which `${…}` has no meaning.
    private func machine(_ action: String, _ parameters: String) throws -> DeployedMachine {
        let definition = """
            {"StartAt":"Write","States":{"Write":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:\(action)",
              "Parameters":\(parameters),"ResultPath":null,"End":true}}}
            """
        return try DeployedMachine(name: "m", hash: "h", revision: Revision(definition: definition, roleARN: ""))
    }

    private func run(_ machine: DeployedMachine) throws -> Step {
        let now = Instant(milliseconds: 1_795_000_000_000)
        let key = ExecutionKey(machine: "m", name: "x")
        let execution = Execution(key: key, revision: "h", startDate: now, input: Self.input)
        return try ExecutionRunner(machine: machine, arn: ARN(), secret: .make()).run(execution, at: now)
    }

    private func effect(_ action: String, _ parameters: String) throws -> Effect? {
        let handler = ItemTaskHandler(execution: ExecutionKey(machine: "m", name: "x"))
        let task = TaskRequest(
            id: 3,
            state: "Write",
            resource: "arn:aws:states:::dynamodb:\(action)",
            parameters: try JSON(parsing: parameters),
            attempt: 0,
            timeoutSeconds: nil,
            heartbeatSeconds: nil
        )
        return handler.begin(task).effect.map(Effect.item)
    }

    private static let prepared: [(String, String, String)] = [
        (
            "putItem",
            #"{"TableName":"T","Item":{"Id":{"S.$":"$.id"},"a":{"N.$":"$.n"},"b":{"S.$":"$.text"},"c":{"BOOL":true}}}"#,
            #"{"TableName":"T","Item":{"Id":{"S":"order 1"},"a":{"N":"7.5"},"b":{"S":"{\"S\" é"},"c":{"BOOL":true}}}"#
        ),
        (
            "putItem",
            #"{"Item":{"e":{"S.$":"$.empty"},"l":{"L":[{"S":"x"}]},"Id":{"N.$":"$.n"}},"TableName":"T"}"#,
            #"{"Item":{"e":{"S":""},"l":{"L":[{"S":"x"}]},"Id":{"N":"7.5"}},"TableName":"T"}"#
        ),
        (
            "updateItem",
            #"{"TableName":"T","Key":{"Id":{"S.$":"$.id"}},"UpdateExpression":"SET a = :v, b = :v, c = :w REMOVE #d","#
                + ##""ExpressionAttributeNames":{"#d":"d d"},"##
                + #""ExpressionAttributeValues":{":w":{"S.$":"States.Format('{}!', $.id)"},":v":{"S.$":"$.text"}}}"#,
            #"{"TableName":"T","Key":{"Id":{"S":"order 1"}},"UpdateExpression":"SET a = :v, b = :v, c = :w REMOVE #d","#
                + ##""ExpressionAttributeNames":{"#d":"d d"},"##
                + #""ExpressionAttributeValues":{":w":{"S":"order 1!"},":v":{"S":"{\"S\" é"}}}"#
        ),
        (
            "deleteItem", #"{"TableName":"T","Key":{"Id":{"S.$":"$.id"}}}"#,
            #"{"TableName":"T","Key":{"Id":{"S":"order 1"}}}"#
        ),
        (
            "putItem", #"{"TableName":"T","Item":{"Id":{"S":"fixed"}}}"#,
            #"{"TableName":"T","Item":{"Id":{"S":"fixed"}}}"#
        ),
    ]

    @Test("a prepared write is the one that its parameters ask for", arguments: prepared)
    func same(action: String, template: String, parameters: String) throws {
        let machine = try machine(action, template)
        #expect(machine.tasks["Write"]?.write != nil)
        let effect = try #require(try effect(action, parameters))
        #expect(try run(machine).effects == [effect])
    }

    private static let unprepared: [(String, String)] = [
        ("putItem", #"{"TableName.$":"$.id","Item":{"Id":{"S.$":"$.id"}}}"#),
        ("putItem", #"{"TableName":"T","Item":{"Id":{"S.$":"$.id"},"m":{"M":{"x":{"S.$":"$.id"}}}}}"#),
        ("putItem", #"{"TableName":"T","Item":{"Id":{"S.$":"$.id"},"S.$":"$.number"}}"#),
        ("putItem", #"{"TableName":"T","Item.$":"$"}"#),
        (
            "putItem",
            #"{"TableName":"T","Item":{"Id":{"S.$":"$.id"}},"ConditionExpression":"attribute_not_exists(Id)"}"#
        ),
        ("putItem", #"{"TableName":"T","Item":{"Id":{"S.$":"$.id"}},"ReturnValues":"ALL_OLD"}"#),
        (
            "updateItem",
            #"{"TableName":"T","Key":{"Id":{"S.$":"$.id"}},"UpdateExpression":"SET a = a + :n","#
                + #""ExpressionAttributeValues":{":n":{"N.$":"$.n"}}}"#
        ),
        ("getItem", #"{"TableName":"T","Key":{"Id":{"S.$":"$.id"}}}"#),
        ("putItem", #"{"TableName":"T","Item":{"Id":{"S.$":"$.id"},"a":{"S":"72057594037927931"}}}"#),
    ]

    @Test("anything but whole texts and numbers in a plain write is read anew each time", arguments: unprepared)
    func notPrepared(action: String, template: String) throws {
        #expect(try machine(action, template).tasks["Write"]?.write == nil)
    }

    private static let unusual: [(String, String)] = [
        (#"{"Id":{"S.$":"$.empty"}}"#, "DynamoDB.AmazonDynamoDBException"),
        (#"{"Id":{"S.$":"$.number"}}"#, "States.Runtime"),
        (#"{"Id":{"S.$":"$.id"},"a":{"N.$":"$.id"}}"#, "DynamoDB.AmazonDynamoDBException"),
        (#"{"Id":{"S.$":"$.id"},"a":{"S.$":"$.none"}}"#, "States.Runtime"),
    ]

    @Test("a value that no write takes is the task's failure, as ever", arguments: unusual)
    func failure(item: String, error: String) throws {
        let machine = try machine("putItem", #"{"TableName":"T","Item":\#(item)}"#)
        #expect(machine.tasks["Write"]?.write != nil)
        let step = try run(machine)
        #expect(step.execution.failure?.error == error)
        #expect(step.effects.isEmpty)
    }

    @Test("a long text is written all the same")
    func long() throws {
        let step = try run(
            try machine("putItem", #"{"TableName":"T","Item":{"Id":{"S.$":"$.id"},"a":{"S.$":"$.long"}}}"#)
        )
        guard case .item(.write(_, _, let values))? = step.effects.first else {
            Issue.record("\(step.effects)")
            return
        }
        #expect(values.last?.utf8.count == 1_025)
    }
}
