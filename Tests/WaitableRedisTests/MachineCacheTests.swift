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

    @Test("are kept up to a number of bytes that they take compiled; beyond it they are read anew")
    func bytes() async throws {
        let store = try Partition().store
        let names = Array(repeating: "a", count: 2_000).joined(separator: ",")
        func revision(_ number: Int) -> Revision {
            Revision(
                definition: #"{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","Output":"{% ["#
                    + #"\#(number),\#(names)] %}","End":true}}}"#,
                roleARN: "arn:aws:iam::000000000000:role/any"
            )
        }
        let revisions = (0..<6).map(revision)
        for revision in revisions { try await store.deploy(revision, name: "m") }
        let size = try DeployedMachine(name: "m", hash: revisions[0].hash, revision: revisions[0]).size
        // A definition of 4 KB.
        #expect(size > 400_000)
        let cache = MachineCache(store: store, bytes: 3 * size + size / 2)
        var machines: [DeployedMachine] = []
        for (index, revision) in revisions.enumerated() {
            machines.append(try await cache.machine("m", hash: revision.hash))
            #expect(cache.bytes == (index % 3 + 1) * size)
        }
        #expect(try await cache.machine("m", hash: revisions[5].hash) === machines[5])
        #expect(try await cache.machine("m", hash: revisions[0].hash) !== machines[0])
        // One that alone is too large is kept alone.
        let small = MachineCache(store: store, bytes: size / 2)
        for revision in revisions {
            let machine = try await small.machine("m", hash: revision.hash)
            #expect(small.bytes == size)
            #expect(try await small.machine("m", hash: revision.hash) === machine)
        }
    }
}
