import Foundation

/// The users of deploy/redis/users.acl, each with the same password, in a file for a test's Redis.
final class RedisUsers: Sendable {
    static let password = "password-of-all-users"
    /// The line of the user that Redis loads its append-only file as.
    static let defaultLine = "user default off resetpass ~* &* +@all"
    /// The same, so that the test itself looks on without a login.
    static let openDefaultLine = "user default on nopass ~* &* +@all"

    /// What redis-server is given.
    let options: [String]
    private let file: URL

    /// - Parameter line: The line of the user default.
    init(default line: String = RedisUsers.defaultLine) throws {
        let source = Program.root.appending(path: "deploy/redis/users.acl")
        var text = try String(contentsOf: source, encoding: .utf8)
        guard text.hasPrefix(Self.defaultLine + "\n") else { throw UnknownUsers() }
        text = line + text.dropFirst(Self.defaultLine.count)
        text = text.replacing(/#SHA256_OF_[A-Z]+_PASSWORD/, with: ">\(Self.password)")
        file = FileManager.default.temporaryDirectory.appending(path: "waitable-users-\(UUID().uuidString).acl")
        try Data(text.utf8).write(to: file)
        options = ["--aclfile", file.path]
    }

    deinit { try? FileManager.default.removeItem(at: file) }

    /// What stands before the host in a URL.
    static func login(_ name: String) -> String { "waitable-\(name):\(password)@" }

    private struct UnknownUsers: Error {}
}
