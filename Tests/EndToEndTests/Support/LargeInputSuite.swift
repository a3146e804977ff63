import Foundation
import StatesLanguage
import Testing
import WaitableRedis

/// Tests of map runs whose items are read, and whose results are written.
protocol LargeInputSuite {}

extension LargeInputSuite {
    static func map(_ fields: String) -> String {
        #"{"StartAt":"M","States":{"M":{"Type":"Map","Label":"L",\#(fields),"End":true,"ItemProcessor":{"ProcessorConfig":"#
            + #"{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}}"#
    }

    static func reader(_ config: String, key: String = "in/rows.csv", bucket: String = "data") -> String {
        #""ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{\#(config)},"#
            + #""Parameters":{"Bucket":"\#(bucket)","Key":"\#(key)"}}"#
    }

    static var csv: String { #""InputType":"CSV","CSVHeaderLocation":"FIRST_ROW""# }

    static func writer(_ transformation: String, _ type: String = "JSON") -> String {
        #","ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"results","Prefix":"out"},"#
            + #""WriterConfig":{"Transformation":"\#(transformation)","OutputType":"\#(type)"}}"#
    }

    static func rows(_ count: Int) -> String {
        (0..<count).reduce(into: "id,name\n") { $0 += "\($1),\"row \($1)\"\n" }
    }

    static func environment(_ folder: Folder) -> [String: String] {
        ["WAITABLE_BUCKETS": "*=file:\(folder.url.path)"]
    }

    /// The results that the manifest names which a state's output does, with the manifest.
    func results(_ output: JSON?, _ folder: Folder) throws -> (manifest: JSONObject, succeeded: [JSON]) {
        let text = try #require(output?.stringValue)
        let details = try #require(try JSON(parsing: text).objectValue?["ResultWriterDetails"]?.objectValue)
        #expect(details["Bucket"] == "results")
        let key = try #require(details["Key"]?.stringValue)
        let manifest = try #require(try folder.json("results/" + key).objectValue)
        let files = manifest["ResultFiles"]?.objectValue?["SUCCEEDED"]?.arrayValue ?? []
        var succeeded: [JSON] = []
        for file in files {
            let key = try #require(file.objectValue?["Key"]?.stringValue)
            succeeded += try #require(try folder.json("results/" + key).arrayValue)
        }
        return (manifest, succeeded)
    }

    func run(_ stack: Stack, _ definition: String, _ input: String = "{}") async throws -> JSONObject {
        let name = "m-\(UUID().uuidString.lowercased())"
        return try await stack.closed(try await stack.start(try await stack.create(name, definition), input))
    }

    static func objects(_ action: String, _ config: String, _ parameters: String) -> String {
        #""ItemReader":{"Resource":"arn:aws:states:::s3:\#(action)","ReaderConfig":{\#(config)},"Parameters":{\#(parameters)}},"#
            + #""ItemSelector":{"v.$":"$$.Map.Item.Value","s.$":"$$.Map.Item.Source"}"#
    }
}
