import RedisClient
import Testing
import WaitableRedis

extension Partition {
    /// Some partitions of one new namespace, which know how many they are, with the machine `m` of the revision `h`.
    static func family(of count: Int) async throws -> [Partition] {
        let first = try Partition()
        let family = (0..<count).map { Partition(first, number: $0) }
        for partition in family {
            try await partition.call("deploy", "m", "default", "h", "{}", #"{"hash":"h"}"#)
            try await partition.redis("HSET", "~:machines", ":partitions", "\(count)")
        }
        return family
    }

    /// Messages to another partition that have not been delivered; those up to a number are dropped.
    @discardableResult
    func messages(to partition: Int, after number: Int64 = 0) async throws -> [[UInt8]] {
        let reply = try await send("delivered", ["\(partition)", "\(number)"])
        return try #require(reply.array).compactMap(\.bytes)
    }

    /// Takes messages of another partition.
    ///
    /// - Returns: The number of the last one that it has had, and why some had no effect.
    @discardableResult
    func deliver(
        _ messages: [[UInt8]],
        from partition: Int,
        mode: String = ""
    ) async throws -> (number: Int64, failures: [String]) {
        var command = RedisCommand(name: "FCALL", capacity: messages.count + 5)
        for word in ["waitable_deliver", "1", prefix, "\(partition)", mode] { command.append(word) }
        for message in messages { command.append(message) }
        let words = try #require(try await client.send(command).array)
        return (try #require(words[0].string.flatMap { Int64($0) }), words.dropFirst(2).compactMap(\.string))
    }

    /// What a claim says of messages that wait.
    func waiting() async throws -> String? {
        let words = try #require(try await call("claim", "10", "60000", "worker").array)
        return words.count.isMultiple(of: 2) ? nil : words.last?.string
    }

    /// An execution's inbox.
    func inbox(_ name: String) async throws -> [String: String] { try await hash("~:inbox:" + name) }

    /// The executions that an execution's tasks wait for.
    func children(_ name: String) async throws -> [String: String] { try await hash("~:children:" + name) }

    private func hash(_ key: String) async throws -> [String: String] {
        let pairs = try await redis("HGETALL", key).pairs.compactMap { name, value in
            name.string.flatMap { name in value.string.map { (name, $0) } }
        }
        return Dictionary(pairs) { $1 }
    }
}

extension [Partition] {
    /// Delivers all messages, and what comes back, until there are none.
    ///
    /// - Returns: Why some had no effect.
    @discardableResult
    func exchange() async throws -> [String] {
        var failures: [String] = []
        var isQuiet = false
        while !isQuiet {
            isQuiet = true
            for from in indices {
                for to in indices where to != from {
                    var number: Int64 = 0
                    while true {
                        let messages = try await self[from].messages(to: to, after: number)
                        if messages.isEmpty { break }
                        isQuiet = false
                        let receipt = try await self[to].deliver(messages, from: from)
                        failures += receipt.failures
                        number = receipt.number
                    }
                }
            }
        }
        return failures
    }
}
