import RedisClient
package import Waitable

/// What a partition says of messages that it was given.
package struct MessageReceipt: Sendable, Equatable {
    /// The number of the last message that it has had.
    package var number: Int64
    /// The partitions that it has sent messages to meanwhile.
    package var messages: [Int]
    /// Why messages had no effect, a line each.
    package var failures: [String]
}

/// Messages to other partitions: see outbox.lua and delivery.lua.
extension RedisStore {
    /// Drops the messages to a partition that it has had, and reads the next ones.
    ///
    /// - Parameter number: The last one that it has had; 0 where that is not known.
    /// - Returns: Messages for ``deliver(_:from:isAnew:)``, in order; none where all are delivered.
    package func messages(to partition: Int, after number: Int64) async throws(StoreError) -> [[UInt8]] {
        let reply = try await call("waitable_delivered", FunctionArguments(String(partition), String(number)))
        guard let messages = reply.array else {
            throw .unexpectedReply(function: "waitable_delivered", reply: "\(reply)")
        }
        return messages.compactMap(\.bytes)
    }

    /// Gives this partition messages of another one; those that it has had have no effect.
    ///
    /// - Parameters:
    ///   - messages: At most 1,000.
    ///   - isAnew: Whether it takes them although messages before them were lost.
    /// - Throws: `refused` with `GAP` where messages before them are not there.
    package func deliver(
        _ messages: [[UInt8]],
        from partition: Int,
        isAnew: Bool = false
    ) async throws(StoreError) -> MessageReceipt {
        var arguments = FunctionArguments(String(partition), isAnew ? "anew" : "")
        for message in messages { arguments.append(message) }
        let reply = try await call("waitable_deliver", arguments)
        guard let words = reply.array, words.count >= 2, let number = words[0].string.flatMap({ Int64($0) }) else {
            throw .unexpectedReply(function: "waitable_deliver", reply: "\(reply)")
        }
        return MessageReceipt(
            number: number,
            messages: Self.partitions(in: words[1].string ?? ""),
            failures: words.dropFirst(2).compactMap(\.string)
        )
    }

    /// Sends a member of `due` that has no document to the partition of its id, with its item.
    ///
    /// - Parameter member: As it was claimed, byte for byte.
    /// - Returns: Whether the lease was still held.
    package func move(
        member: [UInt8],
        _ item: ItemKey,
        to partition: Int,
        token: String
    ) async throws(StoreError) -> Bool {
        var arguments = FunctionArguments(token)
        arguments.append(member)
        arguments.append(partition)
        arguments.append(item.suffix)
        return try await call("waitable_move", arguments).array != nil
    }
}
