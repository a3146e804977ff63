import JSONValues
import Testing

@testable import WaitableItems

@Suite("Keys of declared tables", .timeLimit(.minutes(1)))
struct TableSchemaTests {
    @Test("a key is read from text, and from JSON")
    func read() throws {
        let schema = try TableSchema("customer:id:S,orderId:N")
        #expect(schema.partitionKey == .init(name: "customer:id", type: .string))
        #expect(schema.sortKey == .init(name: "orderId", type: .number))
        #expect(schema.text == "customer:id:S,orderId:N")
        #expect(try TableSchema(json: schema.json) == schema)
        #expect(try TableSchema("id:B").sortKey == nil)
    }

    @Test(
        "what is no key is refused by its rule",
        arguments: ["", "id", "id:X", "id:s", ":S", "a:S,b:S,c:S", "a:S,a:N", "a:S,"]
    )
    func refused(text: String) {
        #expect(throws: TableSchemaError.self) { try TableSchema(text) }
    }

    @Test(
        "names of tables",
        arguments: [("orders", true), ("a.b-c_D9", true), ("", false), ("a b", false), ("é", false)]
    )
    func names(name: String, isValid: Bool) { #expect((TableName.problem(with: name) == nil) == isValid) }

    @Test("where an operation belongs is the text of its partition key")
    func home() throws {
        let tables = DeclaredTables(["t": try TableSchema("k:N,s:S")])
        func home(_ action: ItemOperationName, _ parameters: String) throws -> String {
            try TableOperation(action, parameters: try JSON(parsing: parameters)).home(in: tables)
        }
        #expect(try home(.getItem, #"{"TableName":"t","Key":{"s":{"S":"x"},"k":{"N":"1.0"}}}"#) == "1")
        #expect(try home(.scan, #"{"TableName":"t"}"#) == "")
        #expect(try home(.getItem, #"{"TableName":"t","Key":{"other":{"N":"1"}}}"#) == "")
        let query = #"{"TableName":"t","KeyConditionExpression":"s = :s AND :k = k","ExpressionAttributeValues":"#
        #expect(try home(.query, query + #"{":k":{"N":"7e1"},":s":{"S":"x"}}}"#) == "70")
    }

    @Test(
        "where one belongs by bytes is their text as the functions write it, and up to 2,048 bytes are a key",
        arguments: [
            ("YWI=", "YWI="), ("YWJ=", "YWI="), ("YQ==", "YQ=="), ("YR==", "YQ=="), ("YWJj", "YWJj"), ("+/8=", "+/8="),
            (String(repeating: "YWJj", count: 682) + "YWI=", String(repeating: "YWJj", count: 682) + "YWI="),
            (String(repeating: "YWJj", count: 683), ""),
        ]
    )
    func homeOfBytes(text: String, expected: String) throws {
        let tables = DeclaredTables(["t": try TableSchema("k:B")])
        let key = #"{"TableName":"t","Key":{"k":{"B":"\#(text)"}}}"#
        #expect(try TableOperation(.getItem, parameters: try JSON(parsing: key)).home(in: tables) == expected)
    }
}
