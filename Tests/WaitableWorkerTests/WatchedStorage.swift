import Foundation
import Synchronization

@testable import WaitableWorker

/// The objects of a folder of its own, and what was read of them.
struct WatchedStorage: ObjectStorage {
    private final class Reads: Sendable {
        let parts = Mutex<[(key: String, bytes: Int)]>([])
    }

    let root: URL
    private let folder: FolderStorage
    private let reads = Reads()

    private init(_ root: URL) {
        self.root = root
        folder = FolderStorage(root: root.path, names: [], windows: KeyWindows())
    }

    /// Runs a test with one, and removes it.
    static func with(_ body: (WatchedStorage) async throws -> Void) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "waitable-items-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        try await body(WatchedStorage(root))
    }

    /// How many bytes were read.
    var bytesRead: Int { reads.parts.withLock { $0.reduce(0) { $0 + $1.bytes } } }

    /// How many times a part of an object was read.
    func reads(of key: String) -> Int { reads.parts.withLock { $0.count { $0.key == key } } }

    func read(
        _ key: String,
        version: String?,
        from offset: Int64,
        most: Int
    ) async throws(StorageFault) -> ObjectChunk {
        let chunk = try await folder.read(key, version: version, from: offset, most: most)
        reads.parts.withLock { $0.append((key, chunk.bytes.count)) }
        return chunk
    }

    func write(_ key: String, _ bytes: [UInt8]) async throws(StorageFault) { try await folder.write(key, bytes) }

    func list(prefix: String, after last: ListPlace, most: Int) async throws(StorageFault) -> [ListedObject] {
        try await folder.list(prefix: prefix, after: last, most: most)
    }
}
