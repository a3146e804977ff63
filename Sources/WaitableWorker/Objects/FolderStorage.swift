import Foundation
import NIOPosix

/// Objects as files below a folder. No link is followed on the way to one, so that none leads out of the folder.
struct FolderStorage: ObjectStorage {
    /// The folder's path.
    let root: String
    /// The names of the folders within it that the bucket's objects are in.
    let names: [String]
    /// What lists go on with.
    let windows: KeyWindows

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

    func list(prefix: String, after last: ListPlace, most: Int) async throws(StorageFault) -> [ListedObject] {
        try await blocking { () throws(StorageFault) in
            let root = try open(folder: [], isMade: false)
            var found: [ListedObject] = []
            var last = last
            while found.count < most {
                let window = try window(of: prefix, after: last, in: root)
                for key in window.keys(behind: last.key) {
                    guard found.count < most else { return found }
                    last = .goingOn(key)
                    // What is gone since is not listed.
                    if let object = try object(key, in: root) { found.append(object) }
                }
                if window.isLast { break }
            }
            return found
        }
    }

    /// The keys behind one: those that were found for the page before, where they go on behind it.
    private func window(
        of prefix: String,
        after last: ListPlace,
        in root: FileDescriptor
    ) throws(StorageFault) -> KeyWindow {
        let list = KeyWindows.List(folder: ([self.root] + names).joined(separator: "/"), prefix: prefix)
        if case .goingOn(let key) = last, let known = windows.window(of: list, behind: key) { return known }
        var finder = KeyFinder(prefix: prefix, after: last.key ?? "")
        try finder.look(in: root, at: "", depth: 0)
        let window = finder.window
        windows.keep(window, of: list)
        return window
    }

    /// A file as a list tells of it; `nil` where there is none.
    private func object(_ key: String, in root: FileDescriptor) throws(StorageFault) -> ListedObject? {
        var path = try ObjectKey.path(key)
        let name = path.removeLast()
        var folder = root
        for name in path {
            folder = folder.folder(name)
            guard folder.isOpen else { return nil }
        }
        var status = stat()
        guard fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFREG
        else { return nil }
        let modified = status.modified
        return ListedObject(
            key: key,
            size: Int64(status.st_size),
            modified: Int64(modified.tv_sec),
            entityTag: "\"\(status.st_size)-\(modified.tv_sec).\(modified.tv_nsec)\""
        )
    }

    /// What files are called that are not whole yet.
    static let temporary = ".waitable-"

    /// Opens a folder below the root.
    ///
    /// - Parameter isMade: Whether folders are made that are not there.
    private func open(folder path: [String], isMade: Bool) throws(StorageFault) -> FileDescriptor {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        var folder = FileDescriptor(Foundation.open(root, flags))
        guard folder.isOpen else { throw Self.fault("cannot be opened", root) }
        for name in names + path {
            if isMade { _ = mkdirat(folder.number, name, 0o755) }
            let inner = folder.folder(name)
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
