import WaitableObjects

/// The objects of one bucket.
protocol ObjectStorage: Sendable {
    /// Reads a part of an object.
    ///
    /// - Parameter most: How many bytes at the most.
    func read(_ key: String, version: String?, from offset: Int64, most: Int) async throws(StorageFault) -> ObjectChunk

    /// Writes an object, as a whole or not at all.
    func write(_ key: String, _ bytes: [UInt8]) async throws(StorageFault)

    /// Lists objects in the order of their keys.
    ///
    /// - Parameter last: Behind which key the list begins, or goes on.
    func list(prefix: String, after last: ListPlace, most: Int) async throws(StorageFault) -> [ListedObject]
}

/// Where a page of a list begins.
enum ListPlace: Sendable, Equatable {
    /// Behind a key, or at the beginning.
    case beginning(after: String?)
    /// Behind the last key of the page before.
    case goingOn(String)

    /// The key.
    var key: String? {
        switch self {
        case .beginning(let key): key
        case .goingOn(let key): key
        }
    }
}

/// A part of an object.
struct ObjectChunk: Sendable, Equatable {
    var bytes: [UInt8]
    /// Whether the object ends with it.
    var isLast: Bool
    /// What tells this content from any other.
    var version: String
}

/// An object, as a list tells of it.
struct ListedObject: Sendable, Equatable {
    var key: String
    var size: Int64
    /// When it was changed, in Unix seconds.
    var modified: Int64
    var entityTag: String
}

/// Why objects cannot be read or written.
struct StorageFault: Error, Sendable, Equatable {
    let reason: String
    /// Whether the same may come to something a little later.
    var isPassing = false
}

/// The names of objects.
enum ObjectKey {
    /// The most bytes of a key, as S3 has it.
    static let mostBytes = 1_024

    /// The names of the folders that lead to an object, and its own.
    ///
    /// - Throws: A fault for a key that would lead anywhere else.
    static func path(_ key: String) throws(StorageFault) -> [String] {
        let names = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Substring($0) }
        guard (1...mostBytes).contains(key.utf8.count), !key.utf8.contains(0),
            names.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
        else {
            throw StorageFault(
                reason:
                    "must be 1 to \(mostBytes) bytes, without empty parts, '.' and '..' between its slashes: '\(key)'"
            )
        }
        return names.map(String.init)
    }
}
