import Testing
import Waitable
import WaitableRedis

@Suite("Compiled revisions", .redisServer, .timeLimit(.minutes(1)))
struct MachineCacheTests {
    @Test("are read and compiled once for all that ask for them at once, and again after a failure")
    func singleFlight() async throws {
        let store = try Partition().store
        let cache = MachineCache(store: store)
        let definition = #"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#
        let revision = Revision(definition: definition, roleARN: "arn:aws:iam::000000000000:role/any")
        await #expect(throws: RevisionError.self) { try await cache.machine("m", hash: revision.hash) }
        try await store.deploy(revision, name: "m")
        let machines = try await withThrowingTaskGroup(of: DeployedMachine.self) { group in
            for _ in 0..<50 { group.addTask { try await cache.machine("m", hash: revision.hash) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(machines.count == 50)
        #expect(Set(machines.map { ObjectIdentifier($0) }).count == 1)
    }
}
