import Foundation
import StatesLanguage
import Testing

@Suite("The documentation of StatesLanguage", .timeLimit(.minutes(1)))
struct DocumentationTests {
    @Test("Its code is that of Greeter.swift")
    func code() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let page = "../../../Sources/StatesLanguage/StatesLanguage.docc/StatesLanguage.md"
        let text = try String(contentsOf: folder.appending(path: page), encoding: .utf8)
        let code = try String(contentsOf: folder.appending(path: "Greeter.swift"), encoding: .utf8)
        #expect(text.matches(of: /```swift\n((?:.|\n)*?)```/).map { String($0.1) }.joined(separator: "\n") == code)
    }

    @Test("Its code does what it says")
    func greetings() throws {
        #expect(try greet(#"{"name":"Ada"}"#) == .succeeded(output: #""Hello, Ada!""#))
        guard case .failed(_, let error, _) = try greet("{}") else {
            Issue.record("a greeting without a name")
            return
        }
        #expect(error == "Greeter.NoName")
    }
}
