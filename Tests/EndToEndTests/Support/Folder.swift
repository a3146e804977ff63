import Foundation
import StatesLanguage

/// A folder of its own for a test, for the objects of buckets.
final class Folder: Sendable {
    let url = FileManager.default.temporaryDirectory.appending(path: "waitable-objects-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ text: String, _ name: String) throws { try write(Data(text.utf8), name) }

    func write(_ data: Data, _ name: String) throws {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try data.write(to: file)
    }

    func json(_ key: String) throws -> JSON {
        try JSON(parsing: String(contentsOf: url.appending(path: key), encoding: .utf8))
    }
}
