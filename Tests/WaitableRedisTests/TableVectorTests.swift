import Foundation
import StatesLanguage
import Testing
import Waitable

/// Random operations on tables with keys of all types, against what moto's DynamoDB answers (`scripts/table-vectors`).
@Suite("Declared tables as moto's DynamoDB has them", .redisServer, .timeLimit(.minutes(1)))
struct TableVectorTests {
    @Test("the same operations come to the same")
    func vectors() async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/tables.ndjson")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count > 500)
        let partition = try Partition()
        for line in lines {
            let object = try #require(try JSON(parsing: String(line)).objectValue)
            if let table = object["table"]?.stringValue {
                let schema = try TableSchema(json: try #require(object["key"]))
                try await partition.declare(table, schema.text)
                continue
            }
            let operation = try #require(object["operation"]?.stringValue)
            let action = try #require(ItemOperationName(rawValue: operation))
            let parameters = try #require(object["parameters"])
            if let items = object["items"]?.arrayValue {
                let found = try await partition.allPages(action, parameters).items.map(Self.normal)
                let items = items.map(Self.normal)
                let isSame = action == .query ? found == items : Set(found) == Set(items) && found.count == items.count
                #expect(isSame, "\(line)\nfound \(JSON.array(found).text)")
                continue
            }
            let result = try await partition.perform(action, parameters)
            if let error = object["error"]?.stringValue {
                guard case .failure(let code, _) = result else {
                    Issue.record("\(line)\n\(result)")
                    continue
                }
                #expect(code == error, "\(line)\n\(result)")
            } else {
                let answer = try #require(object["answer"])
                let own = Self.normal(.object(Self.sorted(result.members)))
                #expect(own == Self.normal(.object(Self.sorted(answer.objectValue ?? [:]))), "\(line)\n\(result)")
            }
        }
    }

    /// The same with the elements of sets, which have no order, in order.
    private static func normal(_ json: JSON) -> JSON {
        if let array = json.arrayValue { return .array(array.map(normal)) }
        guard let object = json.objectValue else { return json }
        var normal = JSONObject()
        for (name, value) in object {
            let set = name == "SS" ? value.arrayValue?.compactMap(\.stringValue).sorted() : nil
            normal[name] = set.map { .array($0.map(JSON.string)) } ?? Self.normal(value)
        }
        return .object(normal)
    }

    /// The same with the items of BatchGetItem, which come in any order, in order.
    private static func sorted(_ answer: JSONObject) -> JSONObject {
        var answer = answer
        if let responses = answer["Responses"]?.objectValue {
            var sorted = JSONObject()
            for (table, items) in responses {
                let texts = (items.arrayValue ?? []).map { normal($0).text }.sorted()
                sorted[table] = .array(texts.map(JSON.string))
            }
            answer["Responses"] = .object(sorted)
        }
        return answer
    }
}
