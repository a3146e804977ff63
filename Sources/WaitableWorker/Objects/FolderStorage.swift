import Foundation
import NIOPosix

/// Objects as files below a folder. No link is followed on the way to one, so that none leads out of the folder.
struct FolderStorage: ObjectStorage {
    /// The folder's path.
    let root: String
    /// The names of the folders within it that the bucket's objects are in.
    let names: [String]

    func read(_ key: String, version: String?, from offset: Int64, most: Int) async throws(StorageFault) -> ObjectChunk
    {
        try await blocking { () throws(StorageFault) in
            var path = try ObjectKey.path(key)
            let name = path.removeLast()
            let folder = try open(folder: path, isMade: false)
            let file = FileDescriptor(openat(folder.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC))
            guard file.isOpen else { throw Self.fault("cannot be opened", key) }
            var status = stat()
            guard fstat(file.number, &status) == 0 else { throw Self.fault("cannot be read", key) }
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw StorageFault(reason: "is no plain file: '\(key)'")
            }
            let size = Int64(status.st_size)
            let length = Int(max(0, min(Int64(most), size - offset)))
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
                while count < length {
                    let read = pread(
                        file.number,
                        buffer.baseAddress! + count,
                        length - count,
                        off_t(offset) + off_t(count)
                    )
                    if read < 0, errno == EINTR { continue }
                    guard read > 0 else { break }
                    count += read
                }
                initialized = count
            }
            guard count == length else { throw Self.fault("cannot be read", key) }
            let modified = status.modified
            return ObjectChunk(
                bytes: bytes,
                isLast: offset + Int64(length) >= size,
                version: "\(size) bytes of \(modified.tv_sec).\(modified.tv_nsec)"
            )
        }
    }

    func write(_ key: String, _ bytes: [UInt8]) async throws(StorageFault) {
        try await blocking { () throws(StorageFault) in
            var path = try ObjectKey.path(key)
            let name = path.removeLast()
            let folder = try open(folder: path, isMade: true)
            let temporary = Self.temporary + UUID().uuidString
            let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
            let file = FileDescriptor(openat(folder.number, temporary, flags, 0o644))
            guard file.isOpen else { throw Self.fault("cannot be made", key) }
            var isWritten = bytes.withUnsafeBytes { buffer in
                var count = 0
                while count < buffer.count {
                    let written = Foundation.write(file.number, buffer.baseAddress! + count, buffer.count - count)
                    if written < 0, errno == EINTR { continue }
                    guard written > 0 else { return false }
                    count += written
                }
                return true
            }
            isWritten = isWritten && fsync(file.number) == 0
            // A reader sees the whole file, or the one before.
            isWritten = isWritten && renameat(folder.number, temporary, folder.number, name) == 0
            guard isWritten else {
                let fault = Self.fault("cannot be written", key)
                _ = unlinkat(folder.number, temporary, 0)
                throw fault
            }
        }
    }

    func list(prefix: String, after last: String?, most: Int) async throws(StorageFault) -> [ListedObject] {
        try await blocking { () throws(StorageFault) in
            var found: [ListedObject] = []
            let folder = try open(folder: [], isMade: false)
            try list(folder, at: "", prefix, after: last ?? "", most, depth: 0, &found)
            return found
        }
    }

    /// What files are called that are not whole yet.
    private static let temporary = ".waitable-"
    /// How deep folders are looked into.
    private static let deepest = 64

    /// Lists a folder's files, and those below it, in the order of their keys.
    private func list(
        _ folder: FileDescriptor,
        at path: String,
        _ prefix: String,
        after last: String,
        _ most: Int,
        depth: Int,
        _ found: inout [ListedObject]
    ) throws(StorageFault) {
        guard depth < Self.deepest else { return }
        for name in try folder.entries(at: path) where !name.hasPrefix(Self.temporary) && found.count < most {
            let key = path + name
            // What lies below it comes behind its own name with a slash.
            let below = key + "/"
            var status = stat()
            guard fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFREG where key.hasPrefix(prefix) && key > last:
                let modified = status.modified
                found.append(
                    ListedObject(
                        key: key,
                        size: Int64(status.st_size),
                        modified: Int64(modified.tv_sec),
                        entityTag: "\"\(status.st_size)-\(modified.tv_sec).\(modified.tv_nsec)\""
                    )
                )
            case S_IFDIR
            where (below.hasPrefix(prefix) || prefix.hasPrefix(below)) && (below > last || last.hasPrefix(below)):
                let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
                let inner = FileDescriptor(openat(folder.number, name, flags))
                guard inner.isOpen else { continue }
                try list(inner, at: below, prefix, after: last, most, depth: depth + 1, &found)
            default: continue
            }
        }
    }

    /// Opens a folder below the root.
    ///
    /// - Parameter isMade: Whether folders are made that are not there.
    private func open(folder path: [String], isMade: Bool) throws(StorageFault) -> FileDescriptor {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        var folder = FileDescriptor(Foundation.open(root, flags))
        guard folder.isOpen else { throw Self.fault("cannot be opened", root) }
        for name in names + path {
            if isMade { _ = mkdirat(folder.number, name, 0o755) }
            let inner = FileDescriptor(openat(folder.number, name, flags | O_NOFOLLOW))
            guard inner.isOpen else { throw Self.fault("cannot be opened", name) }
            folder = inner
        }
        return folder
    }

    private static func fault(_ what: String, _ name: String) -> StorageFault {
        StorageFault(reason: "\(what): '\(name)': \(String(cString: strerror(errno)))")
    }

    /// Does what blocks in a thread for that.
    private func blocking<Value: Sendable>(
        _ body: @Sendable @escaping () throws(StorageFault) -> Value
    ) async throws(StorageFault) -> Value {
        do {
            return try await NIOThreadPool.singleton.runIfActive(body)
        } catch let fault as StorageFault {
            throw fault
        } catch {
            throw StorageFault(reason: "\(error)", isPassing: true)
        }
    }
}

/// An open file or folder, which is closed when nothing holds it any more.
private final class FileDescriptor {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { if number >= 0 { close(number) } }

    var isOpen: Bool { number >= 0 }

    /// The names of what is in a folder, in the order of keys: a folder's has a slash behind it there.
    func entries(at path: String) throws(StorageFault) -> [String] {
        // The stream closes its own descriptor.
        let copy = openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            if copy >= 0 { close(copy) }
            throw StorageFault(reason: "cannot be listed: '\(path)'")
        }
        defer { closedir(stream) }
        var names: [(name: String, order: String)] = []
        while let entry = readdir(stream) {
            let isFolder = Int32(entry.pointee.d_type) == Int32(DT_DIR)
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let name, name != ".", name != ".." else { continue }
            names.append((name, isFolder ? name + "/" : name))
        }
        return names.sorted { $0.order < $1.order }.map(\.name)
    }
}

extension stat {
    /// When the content was changed.
    fileprivate var modified: timespec {
        // POSIX calls it st_mtim.
        #if canImport(Darwin)
            st_mtimespec
        #else
            st_mtim
        #endif
    }
}
