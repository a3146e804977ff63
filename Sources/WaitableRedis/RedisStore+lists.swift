import RedisClient
package import Waitable

extension RedisStore {
    /// Reads a stretch of the list of executions, without their documents: open ones by due instant, then closed ones,
    /// from the last closed on.
    ///
    /// - Parameters:
    ///   - cursor: Where to begin.
    ///   - limit: The most entries, 1 to 1,000.
    /// - Returns: The entries, and where the list goes on; `nil` at its end.
    package func members(
        from cursor: ItemCursor,
        limit: Int
    ) async throws(StoreError) -> ([ListedMember], ItemCursor?) {
        var query = StretchQuery(set: cursor.set, place: cursor.last, looked: limit, wanted: limit)
        query.isDescending = cursor.set == .closed
        let stretch = try await stretch(query)
        let members = stretch.entries.map(\.member)
        if let place = stretch.place { return (members, ItemCursor(set: cursor.set, after: place)) }
        return (members, cursor.set == .due ? ItemCursor(set: .closed, after: nil) : nil)
    }

    /// Reads a stretch of one of the sorted sets.
    func stretch(_ query: StretchQuery) async throws(StoreError) -> Stretch {
        let reply = try await call("waitable_list", query.arguments)
        func malformed() -> StoreError { .unexpectedReply(function: "waitable_list", reply: "\(reply)") }
        func member(_ name: RedisValue, _ score: RedisValue) throws(StoreError) -> ListedMember {
            guard case .bulk(let bytes) = name, let score = score.string.flatMap({ Double($0) }) else {
                throw malformed()
            }
            return ListedMember(set: query.set, bytes: bytes, score: score)
        }
        guard let words = reply.array, words.count % 3 == 2 else { throw malformed() }
        let isEnd = words[0].string?.isEmpty ?? true
        var stretch = Stretch(entries: [], place: isEnd ? nil : try member(words[1], words[0]))
        stretch.entries.reserveCapacity(words.count / 3)
        for index in stride(from: 2, to: words.count, by: 3) {
            guard case .bulk(let document) = words[index + 2] else { throw malformed() }
            stretch.entries.append((try member(words[index], words[index + 1]), document))
        }
        return stretch
    }

    /// Reads items, as stored.
    ///
    /// - Returns: One for each key, in order; `nil` where there is none.
    package func items(_ items: [ItemKey]) async throws(StoreError) -> [[ItemField]?] {
        guard !items.isEmpty else { return [] }
        let replies: [RedisValue]
        do {
            replies = try await client.send(items.map { RedisCommand("HGETALL", keys.item($0)) })
        } catch {
            throw refusal(error)
        }
        var answers: [[ItemField]?] = []
        for reply in replies {
            if case .error(let error) = reply {
                // A key of another type is no item.
                guard error.prefix == "WRONGTYPE" else { throw refusal(error) }
                answers.append(nil)
                continue
            }
            answers.append(Self.item(reply))
        }
        return answers
    }

    /// Reads the first of some items, as stored.
    ///
    /// - Parameters:
    ///   - items: At most 1,000.
    ///   - bytes: How many bytes of names and values there is room for, 1 to ``ItemPager/mostBytes``.
    /// - Returns: One for each of as many keys as there is room for, in order, and for one at least; `nil` where there is none.
    func items(_ items: [ItemKey], upToBytes bytes: Int) async throws(StoreError) -> [[ItemField]?] {
        guard !items.isEmpty else { return [] }
        var arguments = FunctionArguments(String(bytes))
        for item in items { arguments.append(item.suffix) }
        let reply = try await call("waitable_items", arguments)
        guard let found = reply.array, (1...items.count).contains(found.count) else {
            throw .unexpectedReply(function: "waitable_items", reply: "\(reply)")
        }
        return found.map(Self.item)
    }

    /// An item from its names and values; `nil` where there are none.
    private static func item(_ reply: RedisValue) -> [ItemField]? {
        let words = reply.array ?? []
        var fields: [ItemField] = []
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            if let name = words[index].string, let value = words[index + 1].string {
                fields.append(ItemField(name: name, value: value))
            }
        }
        return fields.isEmpty ? nil : fields
    }
}
