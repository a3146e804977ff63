import Foundation
import StatesLanguage
import Testing

/// A folder with the files of credentials of one test, made by the command as a user makes them.
final class CredentialFolder: Sendable {
    let folder: URL

    var tokens: URL { folder.appending(path: "tokens") }
    var accessKeys: URL { folder.appending(path: "access-keys") }

    /// The settings that name both files.
    var environment: [String: String] {
        ["WAITABLE_TOKENS_FILE": tokens.path, "WAITABLE_ACCESS_KEYS_FILE": accessKeys.path]
    }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "waitable-credentials-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write("# Tokens of a test\n", to: tokens, mode: 0o644)
        try write("# Keys of a test\n", to: accessKeys, mode: 0o600)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ file: String) -> URL { folder.appending(path: file) }

    /// Replaces a file's content, at once, as editors and secret stores do.
    func write(_ text: String, to file: URL, mode: Int) throws {
        let draft = folder.appending(path: "draft")
        try Data(text.utf8).write(to: draft)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: draft.path)
        guard rename(draft.path, file.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    func text(of file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

    /// Makes a token, and adds its line.
    ///
    /// - Returns: The token.
    func addToken(_ name: String, rights: String) async throws -> String {
        let made = try await Program.run("token", "create", "--name", name, "--rights", rights, "--json")
        try #require(made.0 == 0, "\(made.1)")
        let object = try #require(try JSON(parsing: made.1).objectValue)
        let line = try #require(object["line"]?.stringValue)
        try write(try text(of: tokens) + line + "\n", to: tokens, mode: 0o644)
        return try #require(object["token"]?.stringValue)
    }

    /// Makes an access key, and adds its line.
    func addAccessKey(rights: String) async throws -> (id: String, secret: String) {
        let made = try await Program.run("access-key", "create", "--rights", rights, "--json")
        try #require(made.0 == 0, "\(made.1)")
        let object = try #require(try JSON(parsing: made.1).objectValue)
        let line = try #require(object["line"]?.stringValue)
        try write(try text(of: accessKeys) + line + "\n", to: accessKeys, mode: 0o600)
        return (
            try #require(object["accessKeyId"]?.stringValue), try #require(object["secretAccessKey"]?.stringValue)
        )
    }
}
