import RedisClient
import Waitable
import WaitableRedis

extension RedisStore {
    /// A command about a key.
    ///
    /// - Parameter suffix: What follows the prefix.
    func command(_ name: String, _ suffix: [UInt8], _ words: String...) -> RedisCommand {
        var command = RedisCommand(name: name, capacity: words.count + 1)
        command.append(keys.key(suffix: suffix))
        for word in words { command.append(word) }
        return command
    }

    /// The same with words of any bytes.
    func command(_ name: String, _ suffix: String, _ words: [[UInt8]]) -> RedisCommand {
        var command = RedisCommand(name: name, capacity: words.count + 1)
        command.append(keys.key(suffix: Array(suffix.utf8)))
        for word in words { command.append(word) }
        return command
    }

    /// `XINFO` about a stream.
    func information(_ kind: String, of suffix: [UInt8]) -> RedisCommand {
        var command = RedisCommand("XINFO", kind)
        command.append(keys.key(suffix: suffix))
        return command
    }

    /// Sends commands that have to go well.
    func ask(_ commands: [RedisCommand]) async throws(StoreError) -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        let replies: [RedisValue]
        do {
            replies = try await client.send(commands)
        } catch {
            throw refusal(error)
        }
        for case .error(let error) in replies { throw refusal(error) }
        return replies
    }

    /// Goes through the keys of the partition, a page at a time; some may come twice.
    ///
    /// - Parameter body: Gets what follows the prefix of each.
    func scan(_ body: ([[UInt8]]) async throws -> Void) async throws {
        var cursor = "0"
        repeat {
            let reply = try await send(RedisCommand("SCAN", cursor, "MATCH", keys.pattern, "COUNT", "1000"))
            cursor = reply.array?.first?.string ?? "0"
            try await body(reply.array?.last?.array?.compactMap { $0.bytes.flatMap { keys.suffix(of: $0) } } ?? [])
        } while cursor != "0"
    }

    /// Goes through a hash or a sorted set, a page at a time; some entries may come twice.
    ///
    /// - Parameter body: Gets fields and values, or members and scores, by turns.
    func scan(
        _ name: String,
        _ suffix: String,
        count: Int,
        _ body: ([[UInt8]]) async throws -> Void
    ) async throws {
        var cursor = "0"
        repeat {
            let reply = try await ask([command(name, Array(suffix.utf8), cursor, "COUNT", "\(count)")])[0]
            cursor = reply.array?.first?.string ?? "0"
            try await body(reply.array?.last?.array?.compactMap(\.bytes) ?? [])
        } while cursor != "0"
    }

    /// - Parameter purpose: What is to be done with the namespace, as a participle.
    /// - Throws: ``TransferError`` where a worker has reported itself lately.
    func checkNobodyWorks(toBe purpose: String) async throws {
        let names = try await workerNames()
        guard !names.isEmpty else { return }
        throw TransferError(
            "the namespace '\(keys.namespace)' must have no workers and no ingest while it is \(purpose), but workers are"
                + " at work: \(names.prefix(3).joined(separator: ", "))\(names.count > 3 ? ", …" : "")"
        )
    }
}

extension [UInt8] {
    /// The bytes as text, repaired where they are none.
    var text: String { String(decoding: self, as: UTF8.self) }
}
