import Foundation
import StatesLanguage
import Testing
import WaitableWorker

@testable import WaitableCommand

/// Definitions as they are found in practice, in `Tests/Practice`.
@Suite("Definitions from practice", .timeLimit(.minutes(1)))
struct PracticeTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Practice")

    /// What each needs, by its name: the lines of its checklist.
    private static func needs() throws -> JSONObject {
        let text = try String(contentsOf: folder.appending(path: "needs.json"), encoding: .utf8)
        return try #require(try JSON(parsing: text).objectValue)
    }

    @Test("are valid, and their checklists name what each needs")
    func checklists() throws {
        let needs = try Self.needs()
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".asl.json") }
        #expect(files.count == needs.count)
        for (name, lines) in needs {
            let path = Self.folder.appending(path: "\(name).asl.json").path
            let file = try DefinitionFile(path: path, substitutions: try Self.substitutions(in: path))
            let checklist = Checklist(file.entry.needs, CallConfiguration())
            #expect(checklist.lines.map(\.text) == lines.arrayValue?.compactMap(\.stringValue), "\(name)")
        }
    }

    /// A value for each placeholder of a file: `FnName` is a function's ARN, any other one its own name.
    private static func substitutions(in path: String) throws -> [Spelling: String] {
        var values = try Settings.substitutions([], file: nil)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for match in text.matches(of: /\$\{([A-Za-z0-9_]+)\}/) {
            let name = String(match.1)
            values[name] = name.hasPrefix("Fn") ? "arn:aws:lambda:us-east-1:123456789012:function:\(name)" : name
        }
        return values
    }
}
