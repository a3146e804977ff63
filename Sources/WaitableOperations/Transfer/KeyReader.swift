import RedisClient
import WaitableRedis

/// Reads one key, a part at a time.
struct KeyReader {
    let store: RedisStore
    let suffix: [UInt8]
    /// Entries of a part.
    let atOnce: Int

    private func record(_ content: TransferRecord.Content, isMore: Bool) -> TransferRecord {
        TransferRecord(partition: store.keys.partition, name: suffix, content: content, isMore: isMore)
    }

    func readString(_ reply: RedisValue, _ add: (TransferRecord) throws -> Void) async throws {
        guard let bytes = reply.bytes else { return }
        let expiry = try await store.ask([store.command("PEXPIRETIME", suffix)])[0].integer ?? -1
        // What has expired meanwhile is gone.
        if expiry != -2 { try add(record(.string(bytes, expires: expiry < 0 ? nil : expiry), isMore: false)) }
    }

    func readPairs(_ reply: RedisValue, type: String, _ add: (TransferRecord) throws -> Void) async throws {
        var reply = reply
        var isMore = false
        while true {
            let words = reply.array?.last?.array?.compactMap(\.bytes) ?? []
            if !words.isEmpty {
                let kept = type == "hash" ? fields(words) : words
                try add(record(type == "hash" ? .hash(kept) : .zset(kept), isMore: isMore))
                isMore = true
            }
            guard let cursor = reply.array?.first?.string, cursor != "0" else { return }
            let name = type == "hash" ? "HSCAN" : "ZSCAN"
            reply = try await store.ask([store.command(name, suffix, cursor, "COUNT", "\(atOnce)")])[0]
        }
    }

    /// A hash's fields without those that tell of this namespace's partitions, or of work that begins anew.
    private func fields(_ words: [[UInt8]]) -> [[UInt8]] {
        let left: [String]
        switch suffix.text {
        case "machines": left = [":partitions"]
        case "paused": left = [":pass", ":outbox:"]
        default: return words
        }
        return stride(from: 0, to: words.count - 1, by: 2)
            .filter { index in !left.contains { words[index].starts(with: $0.utf8) } }
            .flatMap { [words[$0], words[$0 + 1]] }
    }

    func readList(_ reply: RedisValue, _ add: (TransferRecord) throws -> Void) async throws {
        var words = reply.array?.compactMap(\.bytes) ?? []
        var count = 0
        while !words.isEmpty {
            try add(record(.list(words), isMore: count > 0))
            count += words.count
            let range = ["\(count)", "\(count + atOnce - 1)"]
            words =
                try await store.ask([store.command("LRANGE", suffix, range[0], range[1])])[0].array?.compactMap(\.bytes)
                ?? []
        }
    }

    func readStream(_ reply: RedisValue, _ add: (TransferRecord) throws -> Void) async throws {
        var entries = Self.entries(reply)
        var isMore = false
        while let last = entries.last {
            try add(record(.stream(entries, last: nil), isMore: isMore))
            isMore = true
            let start = "(" + last.id.text
            entries = Self.entries(
                try await store.ask([store.command("XRANGE", suffix, start, "+", "COUNT", "\(atOnce)")])[0]
            )
        }
        let about = try await store.ask([store.information("STREAM", of: suffix)])[0]
        let last = about.pairs.first { $0.0.string == "last-generated-id" }?.1.bytes
        try add(record(.stream([], last: last), isMore: isMore))
        try await readGroups(add)
    }

    private static func entries(_ reply: RedisValue) -> [TransferRecord.StreamEntry] {
        (reply.array ?? []).compactMap { entry in
            guard let pair = entry.array, pair.count == 2, let id = pair[0].bytes else { return nil }
            return .init(id: id, words: pair[1].array?.compactMap(\.bytes) ?? [])
        }
    }

    private func readGroups(_ add: (TransferRecord) throws -> Void) async throws {
        for group in try await store.ask([store.information("GROUPS", of: suffix)])[0].array ?? [] {
            func value(_ name: String) -> [UInt8]? { group.pairs.first { $0.0.string == name }?.1.bytes }
            guard let name = value("name"), let last = value("last-delivered-id") else { continue }
            try add(record(.group(name, last: last), isMore: true))
            var start = "-"
            while true {
                var command = store.command("XPENDING", suffix)
                command.append(name)
                for word in [start, "+", "\(atOnce)"] { command.append(word) }
                let pending = try await store.ask([command])[0].array ?? []
                guard let last = pending.last?.array?.first?.string else { break }
                // Id, consumer, idle time, deliveries.
                let words = pending.compactMap(\.array).filter { $0.count == 4 }.flatMap { entry in
                    [entry[0].bytes ?? [], entry[1].bytes ?? [], Array("\(entry[3].integer ?? 1)".utf8)]
                }
                try add(record(.pending(name, words), isMore: true))
                start = "(" + last
            }
        }
    }
}
