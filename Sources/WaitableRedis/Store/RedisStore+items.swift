import RedisClient
package import Waitable

extension RedisStore {
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
    ///   - bytes: How many bytes of names and values there is room for, 1 to 4,194,304.
    /// - Returns: One for each of as many keys as there is room for, in order, and for one at least; `nil` where there is none.
    package func items(_ items: [ItemKey], upToBytes bytes: Int) async throws(StoreError) -> [[ItemField]?] {
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
        var fields: [ItemField] = []
        for (name, value) in reply.pairs {
            if let name = name.string, let value = value.string {
                fields.append(ItemField(name: name, value: value))
            }
        }
        return fields.isEmpty ? nil : fields
    }
}
