import Foundation
import StatesLanguage
import Testing

/// State machines as people write them for DynamoDB, each with what it comes to on AWS (`Definitions/dynamodb.ndjson`).
@Suite(.serialized, .timeLimit(.minutes(2)))
struct DynamoDBDefinitionTests {
    @Test("Definitions for DynamoDB come to what they come to on AWS")
    func definitions() async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Definitions/dynamodb.ndjson")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count >= 20)
        let tables =
            "sessions=id:S;locks=id:S;queue=id:S;app=pk:S,sk:S;events=userId:S,timestamp:N;blobs=k:B"
        try await Stack.with(environment: ["WAITABLE_TABLES": tables]) { stack in
            let worker = try stack.worker()
            for (number, line) in lines.enumerated() {
                let example = try #require(try JSON(parsing: String(line)).objectValue)
                let name = example["name"]?.stringValue ?? ""
                let machine = try await stack.create("m\(number)", try #require(example["definition"]).text)
                let execution = try await stack.closed(
                    try await stack.start(machine, try #require(example["input"]).text)
                )
                #expect(execution["status"] == "SUCCEEDED", "\(name): \(JSON.object(execution).text)")
                guard let output = execution["output"]?.stringValue else { continue }
                #expect(try JSON(parsing: output) == example["output"], "\(name): \(output)")
            }
            worker.signal(SIGTERM)
            #expect(try await worker.end() == 0)
        }
    }
}
