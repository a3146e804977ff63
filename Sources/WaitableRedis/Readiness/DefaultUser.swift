import RedisClient

/// What the user `default` of a Redis may not do.
package enum DefaultUser {
    /// Why it cannot be relied on.
    package enum Problem: Equatable {
        /// It may not run this command on the keys of the namespace; Redis's own words.
        case mayNot(String)
        /// Nobody can tell: the user of this connection may not ask.
        case unknown

        /// The same in a sentence for people.
        package var description: String {
            switch self {
            case .mayNot(let words):
                "the next restart of Redis loses items: it loads its append-only file as the user default, and drops what "
                    + "this user may not do (\(words))"
            case .unknown:
                "the next restart of Redis may lose items: it drops what its user default may not do from its append-only "
                    + "file, and this user may not ask for that (ACL DRYRUN)"
            }
        }

        /// What mends it.
        package var advice: String {
            switch self {
            case .mayNot:
                "ACL SETUSER default off resetpass ~* &* +@all, and the same in the ACL file: nobody can log in as that user"
            case .unknown: "ACL SETUSER this user +acl|dryrun, and the same in the ACL file"
            }
        }
    }

    /// A use of each command by which functions write, as the file has it; with the place of its key.
    static let writes: [[String]] = [
        ["DEL", "KEY"], ["UNLINK", "KEY"], ["SET", "KEY", "v"], ["INCR", "KEY"], ["HSET", "KEY", "f", "v"],
        ["HDEL", "KEY", "f"], ["HINCRBY", "KEY", "f", "1"], ["LPOP", "KEY"], ["RPOP", "KEY"], ["LPUSH", "KEY", "v"],
        ["RPUSH", "KEY", "v"], ["XADD", "KEY", "*", "f", "v"], ["ZADD", "KEY", "1", "m"], ["ZREM", "KEY", "m"],
        ["LREM", "KEY", "1", "v"],
    ]

    /// Asks Redis what the user may not do; `nil` where it may do all, and where this Redis has no such question.
    package static func problem(in store: RedisStore) async throws(StoreError) -> Problem? {
        let questions = writes.map { words in
            var command = RedisCommand("ACL", "DRYRUN", "default")
            for word in words { command.append(word == "KEY" ? store.keys.due : word) }
            return command
        }
        let replies: [RedisValue]
        do {
            replies = try await store.client.send(questions)
        } catch {
            throw RedisStore.storeError(error)
        }
        for reply in replies {
            if case .error(let error) = reply {
                let refusal = RedisStore.storeError(error)
                guard refusal.isNotAllowed else { throw refusal }
                // A hosted Redis may have no ACL command: its provider answers for its file. And what this connection does
                // as the user default, that user may do.
                let isDefault = store.client.user == nil || store.client.user == "default"
                return error.prefix == "NOPERM" && !isDefault ? .unknown : nil
            }
            if let words = reply.string, words != "OK" { return .mayNot(words) }
        }
        return nil
    }
}
