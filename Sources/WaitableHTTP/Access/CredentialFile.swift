import Foundation
import Transport

/// A file of credentials, one a line: `NAME RIGHTS VALUE`. Empty lines and those that begin with # say nothing.
struct CredentialFile {
    let path: String

    /// The largest file, in bytes: some ten thousand credentials.
    static let largest = 1 << 20

    /// A line that says something.
    struct Line {
        let number: Int
        let name: String
        let rights: Set<Right>
        let value: Substring
    }

    /// The stamp of the file as it is now; `nil` where it cannot be seen.
    var stamp: FileStamp? { FileStamp(path: path) }

    /// Reads the file.
    ///
    /// - Parameter isSecret: Whether the file holds secrets in clear, so that nobody else may read it. Nobody else may
    ///   ever write it: whoever can add a line lets himself in.
    /// - Throws: ``CredentialFileError``, which shows nothing of the content.
    func lines(isSecret: Bool) throws(CredentialFileError) -> [Line] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CredentialFileError(rule: "must be a file that can be read (\(String(cString: strerror(errno))))")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw CredentialFileError(rule: "must be a file")
        }
        try check(status, isSecret: isSecret)
        guard status.st_size <= Self.largest, let data = try? handle.read(upToCount: Self.largest + 1) ?? Data(),
            data.count <= Self.largest
        else { throw CredentialFileError(rule: "must have at most \(Self.largest) bytes that can be read") }
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw CredentialFileError(rule: "must be UTF-8 text")
        }
        return try Self.lines(of: text)
    }

    /// Checks who else may read and write the file. A file of root's, such as a mounted secret, may be readable by our
    /// group, as there is no other way to hand it to a process that is not root.
    private func check(_ status: stat, isSecret: Bool) throws(CredentialFileError) {
        let forbidden: mode_t =
            if !isSecret { 0o022 } else if status.st_uid == 0 && geteuid() != 0 { 0o037 } else { 0o077 }
        guard status.st_mode & forbidden != 0 else { return }
        let mode = String(status.st_mode & 0o7777, radix: 8)
        throw CredentialFileError(
            rule: isSecret
                ? "must be readable by its owner alone (chmod 600), and has mode \(mode)"
                : "must be writable by its owner alone (chmod 644), and has mode \(mode)"
        )
    }

    static func lines(of text: String) throws(CredentialFileError) -> [Line] {
        var lines: [Line] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.unicodeScalars.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map { Substring($0) }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            func refusal(_ rule: String) -> CredentialFileError { CredentialFileError(line: index + 1, rule: rule) }
            guard words.count == 3 else { throw refusal("must have three words: name, rights and value") }
            guard CredentialName.isValid(first) else { throw refusal("the name must be \(CredentialName.rule)") }
            guard let rights = Right.set(words[1]) else { throw refusal("the rights must be \(Right.rule)") }
            guard !lines.contains(where: { $0.name == first }) else {
                throw refusal("the name must not be that of another line")
            }
            lines.append(Line(number: index + 1, name: String(first), rights: rights, value: words[2]))
        }
        return lines
    }
}

/// A file of credentials that cannot be used. It shows nothing of what the file holds.
package struct CredentialFileError: Error, CustomStringConvertible {
    /// The line, from 1; `nil` for the file as a whole.
    package var line: Int?
    /// The rule that is broken.
    package var rule: String

    /// The rule, with the line.
    package var description: String { line.map { "line \($0): \(rule)" } ?? rule }
}
