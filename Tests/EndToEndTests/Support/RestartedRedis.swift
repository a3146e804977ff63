import Foundation
import RedisTestServer
import Testing

/// A Redis as the documents describe one, with how it ends and comes back.
struct RestartedRedis: Sendable, CustomTestStringConvertible {
    /// How the data come to the Redis that is started after the end.
    enum Return: Sendable {
        /// Redis is told to stop, and started again.
        case stopped
        /// The process is killed, and started again.
        case killed
        /// A snapshot that `redis-cli BGSAVE` made is put into an empty folder.
        case snapshotRestored
        /// A snapshot that `redis-cli --rdb` fetched is put into an empty folder.
        case fetchedSnapshotRestored
        /// A copy of the append-only folder is put into an empty folder.
        case appendOnlyFolderRestored
    }

    var testDescription: String
    var persistence = RedisTestServer.Persistence.appendOnly
    var options: [String] = []
    /// Whether the users are those of deploy/redis/users.acl.
    var hasUsers = false
    var isTLS = false
    var comesBack = Return.stopped

    static let all: [RestartedRedis] = [
        RestartedRedis(testDescription: "append-only file, synced every second"),
        RestartedRedis(
            testDescription: "append-only file, synced always, killed",
            options: ["--appendfsync", "always"],
            comesBack: .killed
        ),
        RestartedRedis(testDescription: "snapshots", persistence: .none, options: ["--save", "3600 1"]),
        RestartedRedis(testDescription: "users", hasUsers: true),
        RestartedRedis(testDescription: "users, killed", hasUsers: true, comesBack: .killed),
        RestartedRedis(
            testDescription: "users and snapshots",
            persistence: .none,
            options: ["--save", "3600 1"],
            hasUsers: true
        ),
        RestartedRedis(testDescription: "restored from a snapshot", comesBack: .snapshotRestored),
        RestartedRedis(testDescription: "restored from a fetched snapshot", comesBack: .fetchedSnapshotRestored),
        RestartedRedis(
            testDescription: "users, restored from a snapshot",
            hasUsers: true,
            comesBack: .snapshotRestored
        ),
        RestartedRedis(
            testDescription: "users, restored from a fetched snapshot",
            hasUsers: true,
            comesBack: .fetchedSnapshotRestored
        ),
        RestartedRedis(testDescription: "restored from the append-only folder", comesBack: .appendOnlyFolderRestored),
        RestartedRedis(
            testDescription: "users, restored from the append-only folder",
            hasUsers: true,
            comesBack: .appendOnlyFolderRestored
        ),
    ]
}
