import Foundation

/// An open file or folder, which is closed when nothing holds it any more.
final class FileDescriptor {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { if number >= 0 { close(number) } }

    var isOpen: Bool { number >= 0 }

    /// A folder in this one; no link is followed.
    func folder(_ name: String) -> FileDescriptor {
        FileDescriptor(openat(number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
    }

    /// What kind of thing an entry of a folder is.
    enum Kind { case file, folder, other }

    /// Tells each entry of a folder, in no order.
    ///
    /// - Parameter path: What errors call the folder.
    func forEachEntry(
        at path: String,
        _ body: (_ name: String, _ kind: Kind) -> Void
    ) throws(StorageFault) {
        // The stream closes its own descriptor.
        let copy = openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            if copy >= 0 { close(copy) }
            throw StorageFault(reason: "cannot be listed: '\(path)'")
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let name, name != ".", name != ".." else { continue }
            body(name, kind(of: name, Int32(entry.pointee.d_type)))
        }
    }

    private func kind(of name: String, _ type: Int32) -> Kind {
        switch type {
        case Int32(DT_REG): return .file
        case Int32(DT_DIR): return .folder
        case Int32(DT_UNKNOWN):
            // Not every file system says it.
            var status = stat()
            guard fstatat(number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return .other }
            switch status.st_mode & S_IFMT {
            case S_IFREG: return .file
            case S_IFDIR: return .folder
            default: return .other
            }
        default: return .other
        }
    }
}
