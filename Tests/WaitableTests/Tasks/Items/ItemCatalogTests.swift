import StatesLanguage
import Testing

@testable import Waitable

@Suite("Catalogue of item operations", .timeLimit(.minutes(1)))
struct ItemCatalogTests {
    private static let supportedCases: [(String, String)] = [
        ("dynamodb:putItem", #"{"TableName.$":"$.t","Item.$":"$.i"}"#),
        ("dynamodb:updateItem", #"{"TableName":"t","Key":{},"UpdateExpression":"x","ReturnValues":"ALL_NEW"}"#),
        ("aws-sdk:dynamodb:getItem", #"{"TableName":"t","Key":{},"ProjectionExpression":"a","ConsistentRead":true}"#),
        ("dynamodb:deleteItem", #""{% $parameters %}""#),
        ("aws-sdk:dynamodb:query", #"{"TableName":"t","KeyConditionExpression":"a = :a","Limit.$":"$.n"}"#),
        ("aws-sdk:dynamodb:transactWriteItems", #"{"TransactItems.$":"$.items"}"#),
    ]

    @Test("a resource may name a region and an account", arguments: ItemIntegration.allCases)
    func region(integration: ItemIntegration) {
        let resource = ItemResource("arn:aws:states:eu-west-1:123456789012:\(integration.rawValue):putItem")
        #expect(resource == ItemResource("arn:aws:states:::\(integration.rawValue):putItem"))
        #expect(resource?.integration == integration)
    }

    @Test("supported tasks have no problem", arguments: supportedCases)
    func supported(resource: String, parameters: String) throws {
        let problem = ItemCatalog().problem(
            with: "arn:aws:states:::" + resource,
            parameters: try JSON(parsing: parameters)
        )
        #expect(problem == nil)
    }

    private static let unknownCases: [String] = [
        "arn:aws:states:::dynamodb:query", "arn:aws:states:::dynamodb:putItem.waitForTaskToken",
        "arn:aws:states:us-east-1::dynamodb:putItem", "arn:aws:lambda:::function:f", "putItem", "",
    ]

    @Test("unknown resources are not recognised", arguments: unknownCases)
    func unknown(resource: String) {
        let problem = ItemCatalog().problem(with: resource, parameters: nil)
        #expect(problem?.field == "Resource")
        #expect(problem?.reason.hasPrefix("The resource provided \(resource) is not recognized.") == true)
    }

    private static let requirements: [(String, String, command: String?)] = [
        ("putItem", #"{"TableName":"t","Item":{"Id":{"S":"x"}}}"#, nil),
        ("putItem", #"{"TableName":"t","Item.$":"$"}"#, nil),
        ("putItem", #"{"TableName":"t","Item":{"k":{"S":"x"}}}"#, "t --partition-key NAME:TYPE"),
        ("getItem", #"{"TableName":"t","Key":{"id":{"S":"x"}}}"#, nil),
        ("getItem", #"{"TableName":"t","Key":{"k":{"S.$":"$.x"}}}"#, "t --partition-key k:S"),
        (
            "deleteItem", #"{"TableName":"t","Key":{"k":{"S.$":"$.x"},"n":{"N":"1"}}}"#,
            "t --partition-key k:S --sort-key n:N"
        ),
        ("scan", #"{"TableName":"t"}"#, "t --partition-key NAME:TYPE"),
        ("batchGetItem", #"{"RequestItems":{}}"#, "TABLE --partition-key NAME:TYPE"),
    ]

    @Test("tables that have to be declared are named, with the command", arguments: requirements.indices)
    func requirement(number: Int) throws {
        let (operation, parameters, command) = Self.requirements[number]
        let requirement = TaskCatalog().requirement(
            of: "arn:aws:states:::aws-sdk:dynamodb:\(operation)",
            parameters: try JSON(parsing: parameters)
        )
        #expect((requirement == nil) == (command == nil))
        if let command { #expect(requirement?.hasSuffix(": waitable table create \(command)") == true) }
    }

    private static let parametersCases: [(String, String)] = [
        (#"{"Item":{}}"#, "The field 'TableName' is required but was missing"),
        (#"{"TableName":"t","Item":{},"Key":{}}"#, "The field 'Key' is not supported"),
        (#"{"TableName":"t","Item":{},"Expected.$":"$"}"#, "The field 'Expected' is not supported; use an expression"),
    ]

    @Test("missing and unknown parameters are named", arguments: parametersCases)
    func parameters(parameters: String, reason: String) throws {
        let problem = ItemCatalog().problem(
            with: "arn:aws:states:::dynamodb:putItem",
            parameters: try JSON(parsing: parameters)
        )
        #expect(problem?.field == "Parameters")
        #expect(problem?.reason == reason)
    }
}
