import RedisClient
import WaitableRedis

extension RedisStore {
    /// The commands that write a record into this partition. What it is a part of is replaced by its first part.
    func commands(for record: TransferRecord) -> [RedisCommand] {
        if case .execution(let fields) = record.content { return commands(forExecution: record.name, fields) }
        let name = record.name
        var commands: [RedisCommand] = []
        // What partitions have together is added to what they have.
        let isMerged = [.registry, .state].contains(TransferScope(suffix: name.text))
        if !record.isMore, !isMerged { commands.append(command("DEL", name)) }
        switch record.content {
        case .string(let bytes, let expires):
            var set = command("SET", name)
            set.append(bytes)
            if let expires {
                set.append("PXAT")
                set.append(String(expires))
            }
            commands.append(set)
        case .hash(let words):
            if !words.isEmpty { commands.append(command("HSET", name.text, words)) }
        case .zset(let words):
            var add = command("ZADD", name)
            if isMerged { add.append("GT") }
            for index in stride(from: 0, to: words.count - 1, by: 2) {
                add.append(words[index + 1])
                add.append(words[index])
            }
            if !words.isEmpty { commands.append(add) }
        case .list(let words):
            if !words.isEmpty { commands.append(command("RPUSH", name.text, words)) }
        case .stream(let entries, let last):
            for entry in entries { commands.append(command("XADD", name.text, [entry.id] + entry.words)) }
            guard let last else { break }
            // One without entries is made by an entry that is removed.
            if !record.isMore, entries.isEmpty {
                commands.append(command("XADD", name.text, [last, Array("removed".utf8), []]))
                commands.append(command("XDEL", name.text, [last]))
            } else {
                commands.append(command("XSETID", name.text, [last]))
            }
        case .group(let group, let last):
            var create = RedisCommand("XGROUP", "CREATE")
            create.append(keys.key(suffix: name))
            create.append(group)
            create.append(last)
            commands.append(create)
        case .pending(let group, let words):
            for index in stride(from: 0, to: words.count - 2, by: 3) {
                let claim = [group, words[index + 1], Array("0".utf8), words[index]]
                let count = [Array("RETRYCOUNT".utf8), words[index + 2], Array("FORCE".utf8), Array("JUSTID".utf8)]
                commands.append(command("XCLAIM", name.text, claim + count))
            }
        case .execution: break
        }
        return commands
    }

    /// The document first, the place in `due` last: whatever is due can be run.
    private func commands(
        forExecution member: [UInt8],
        _ fields: TransferRecord.ExecutionFields
    ) -> [RedisCommand] {
        var commands: [RedisCommand] = []
        for (key, value) in [
            ("executions", fields.document), ("redelivered", fields.redelivered), ("unread", fields.unread),
        ] {
            if let value { commands.append(command("HSET", key, [member, value])) }
        }
        // What did not succeed: its document says so.
        let failed = ["F", "T", "A"].contains { fields.document?.starts(with: #"{"s":"\#($0)""#.utf8) ?? false }
        for (key, score) in [
            ("closed", fields.closed), ("failed", failed ? fields.closed : nil), ("due", fields.due),
        ] {
            if let score { commands.append(command("ZADD", key, [score, member])) }
        }
        return commands
    }
}
