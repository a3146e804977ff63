import RedisClient
import Testing
import Waitable
import WaitableRedis

@Suite("The number of partitions", .redisServer, .timeLimit(.minutes(1)))
struct PartitionCountTests {
    @Test("is that of the first use, and whoever is set up otherwise is told both numbers and changes nothing")
    func first() async throws {
        let eight = try Partitions.test(8)
        let namespace = eight.home.keys.namespace
        _ = try await eight.identity().settle()
        let home = eight.partition(0)
        #expect(try await home.redis("GET", "~:partitions").string == "8")
        let before = try await home.contents()
        for count in [1, 4, 64] {
            let other = try Partitions.test(count, of: namespace)
            let message =
                "WAITABLE_PARTITIONS (--partitions): must be '8', which the namespace '\(namespace)' has had since its first "
                + "use: '\(count)'"
            let attempts: [@Sendable () async throws -> Void] = [
                { _ = try await other.identity().settle() }, { try await other.identity().verify() },
            ]
            for attempt in attempts {
                let error = try await #require(throws: NamespaceIdentityError.self) { try await attempt() }
                #expect(error.description == message)
            }
            #expect(try await other.home.partitionCount(orOfNew: 1) == 8)
        }
        #expect(try await home.contents() == before)
    }

    @Test("of processes that come at once with other numbers, one decides")
    func race() async throws {
        let namespace = try Partitions.test(1).home.keys.namespace
        let kept = try await withThrowingTaskGroup(of: Int?.self) { group in
            for count in 1...20 {
                group.addTask {
                    let partitions = try Partitions.test(count, of: namespace)
                    do {
                        _ = try await partitions.identity().settle()
                        return count
                    } catch is NamespaceIdentityError {
                        return nil
                    }
                }
            }
            return try await group.reduce(into: [Int]()) { if let count = $1 { $0.append(count) } }
        }
        #expect(kept.count == 1)
        let partition = try Partitions.test(1, of: namespace).partition(0)
        #expect(try await partition.redis("GET", "~:partitions").string == "\(try #require(kept.first))")
    }

    @Test(
        "is 1 where a namespace has data and says nothing",
        arguments: [["SET", "~:arn", "arn:aws:states:us-east-1:000000000000"], ["ZADD", "~:due", "1", "a"]]
    )
    func old(words: [String]) async throws {
        let eight = try Partitions.test(8)
        let home = eight.partition(0)
        var command = RedisCommand(name: words[0])
        for word in words.dropFirst() { command.append(word.hasPrefix("~") ? home.prefix + word.dropFirst() : word) }
        _ = try await home.client.send(command)
        let before = try await home.contents()
        #expect(try await eight.home.partitionCount(orOfNew: 64) == 1)
        let error = try await #require(throws: NamespaceIdentityError.self) { try await eight.identity().settle() }
        #expect(error.description.contains("must be '1', which the namespace"))
        #expect(error.description.hasSuffix(": '8'"))
        #expect(try await home.contents() == before)
        _ = try await Partitions.test(1, of: eight.home.keys.namespace).identity().settle()
        #expect(try await home.redis("GET", "~:partitions").string == "1")
    }

    @Test("of a namespace that was never used is that of the caller")
    func new() async throws {
        #expect(try await Partitions.test(1).home.partitionCount(orOfNew: 64) == 64)
    }

    @Test("that is none is said so")
    func damaged() async throws {
        let eight = try Partitions.test(8)
        try await eight.partition(0).redis("SET", "~:partitions", "many")
        let error = try await #require(throws: NamespaceIdentityError.self) { try await eight.identity().settle() }
        #expect(error.description == "\(eight.home.keys.partitions): must be a whole number from 1 in Redis: 'many'")
    }
}
