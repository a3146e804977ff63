import RedisClient
public import StatesLanguage
public import Waitable

extension RedisStore {
    /// Reads a stretch of the list of executions.
    ///
    /// - Parameters:
    ///   - cursor: Where to begin.
    ///   - limit: The most entries.
    ///   - dueFrom: Where the due instants begin, for a list that begins in the middle.
    /// - Returns: The entries, and where the list goes on; `nil` at its end.
    public func members(
        from cursor: ItemCursor,
        limit: Int,
        dueFrom: Instant? = nil
    ) async throws(StoreError) -> ([ListedMember], ItemCursor?) {
        let key = cursor.set == .due ? keys.due : keys.closed
        let start: Int
        if let dueFrom, cursor.last == nil, cursor.set == .due {
            let before = RedisCommand("ZCOUNT", key, "-inf", "(\(dueFrom.milliseconds)")
            start = Int(try await send(before).integer ?? 0)
        } else {
            start = try await rank(after: cursor.last, in: key)
        }
        let reply = try await send(
            RedisCommand("ZRANGE", key, String(start), String(start + limit - 1), "WITHSCORES")
        )
        let words = reply.array ?? []
        var members: [ListedMember] = []
        members.reserveCapacity(words.count / 2)
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            guard let name = words[index].string, let score = words[index + 1].string.flatMap({ Double($0) }) else {
                throw .unexpectedReply(function: "ZRANGE", reply: "\(reply)")
            }
            members.append(ListedMember(set: cursor.set, name: name, score: score))
        }
        if members.count == limit { return (members, ItemCursor(set: cursor.set, after: members.last)) }
        return (members, cursor.set == .due ? ItemCursor(set: .closed, after: nil) : nil)
    }

    /// The rank after an entry. Where the entry has moved on, the first rank of its old score: what stood beside it may
    /// be seen again, and nothing is missed.
    private func rank(after last: ListedMember?, in key: String) async throws(StoreError) -> Int {
        guard let last else { return 0 }
        let score = try await send(RedisCommand("ZSCORE", key, last.name)).string.flatMap { Double($0) }
        if score == last.score, let rank = try await send(RedisCommand("ZRANK", key, last.name)).integer {
            return Int(rank) + 1
        }
        return Int(try await send(RedisCommand("ZCOUNT", key, "-inf", "(\(last.score)")).integer ?? 0)
    }

    /// Reads items, as stored.
    ///
    /// - Returns: One for each key, in order; `nil` where there is none.
    public func items(_ items: [ItemKey]) async throws(StoreError) -> [[ItemField]?] {
        guard !items.isEmpty else { return [] }
        let replies: [RedisValue]
        do {
            replies = try await client.send(items.map { RedisCommand("HGETALL", keys.item($0)) })
        } catch {
            throw Self.storeError(error)
        }
        var answers: [[ItemField]?] = []
        for reply in replies {
            if case .error(let error) = reply {
                // A key of another type is no item.
                guard error.prefix == "WRONGTYPE" else { throw Self.storeError(error) }
                answers.append(nil)
                continue
            }
            let words = reply.array ?? []
            var fields: [ItemField] = []
            for index in stride(from: 0, to: words.count - 1, by: 2) {
                if let name = words[index].string, let value = words[index + 1].string {
                    fields.append(ItemField(name: name, value: value))
                }
            }
            answers.append(fields.isEmpty ? nil : fields)
        }
        return answers
    }
}
