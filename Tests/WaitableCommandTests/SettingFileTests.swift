import Configuration
import Foundation
import Testing

@testable import WaitableCommand

@Suite("Settings in a file", .timeLimit(.minutes(1)))
struct SettingFileTests {
    /// The keys and values of a file with a text, in the order of the list of settings; an error without the file's path.
    private func read(_ text: String) throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "waitable-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        do {
            return try SettingFile.read(file.path).map { setting, value in
                guard case .string(let text) = value.content else { return setting.key }
                return "\(setting.key)=\(text)"
            }
        } catch {
            throw Refusal(text: "\(error)".replacing(file.path, with: "FILE"))
        }
    }

    private let rule = "WAITABLE_CONFIG (--config): must be a readable JSON file"

    private struct Refusal: Error, Equatable {
        let text: String
    }

    @Test("Keys are objects in objects or have points in them; numbers and truth values are as good as texts")
    func values() throws {
        let text = #"{"lease": {"ms": 5000}, "retention.items": true, "redis": {"url": "redis://a"}, "batch": "7"}"#
        #expect(try read(text) == ["redis.url=redis://a", "lease.ms=5000", "batch=7", "retention.items=true"])
        #expect(try read("{}").isEmpty)
    }

    @Test(
        "A key that no setting has is refused, with the one that is near it",
        arguments: [
            (#"{"leese": {"ms": 5}}"#, "leese.ms", "lease.ms"), (#"{"leese.ms": 5}"#, "leese.ms", "lease.ms"),
            (#"{"token": {"file": "a-secret"}}"#, "token.file", "tokens.file"),
            (#"{"tsl": {"key": "a-secret"}, "port": 1}"#, "tsl.key", "tls.key"),
            (#"{"tsl": {}}"#, "tsl", nil), (#"{"waitable": {"port": 1}}"#, "waitable.port", nil),
            (#"{"Port": 1}"#, "Port", "port"),
        ] as [(String, String, String?)]
    )
    func unknown(text: String, name: String, nearest: String?) throws {
        let hint = nearest.map { "the nearest is \($0)" } ?? "waitable help settings lists them"
        #expect(throws: Refusal(text: "\(name): must be a setting in the configuration file 'FILE'; \(hint)")) {
            try read(text)
        }
    }

    @Test(
        "A value of another kind is refused, and one that is given twice",
        arguments: [
            (#"{"port": [1]}"#, "port in FILE: must be a string, a number, true or false: '[1]'"),
            (#"{"port": null}"#, "port in FILE: must be a string, a number, true or false: 'null'"),
            (#"{"port": {}}"#, "port in FILE: must be a string, a number, true or false: '{}'"),
            // What may be a password is not shown.
            (#"{"token": ["a-secret"]}"#, "token in FILE: must be a string, a number, true or false"),
            (#"{"metrics": {"port": 1}, "metrics.port": 2}"#, "metrics.port in FILE: must be given once"),
        ]
    )
    func kind(text: String, error: String) {
        #expect(throws: Refusal(text: error)) { try read(text) }
    }

    @Test("What is no JSON object is refused", arguments: ["", "[]", "7", "{"])
    func noObject(text: String) throws {
        let error = try #require(throws: Refusal.self) { try read(text) }
        #expect(error.text.hasPrefix("\(rule): 'FILE' ("), "\(error.text)")
    }

    @Test("A file that is not there is refused")
    func missing() throws {
        let error = try #require(throws: SettingFileError.self) { try SettingFile.read("/nowhere/x.json") }
        #expect("\(error)" == "\(rule): '/nowhere/x.json' (it cannot be read)")
    }
}
