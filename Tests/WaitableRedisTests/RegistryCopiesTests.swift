import RedisClient
import StatesLanguage
import Testing
import Waitable
import WaitableOperations
import WaitableRedis

@Suite("The registry in all partitions", .redisServer, .timeLimit(.minutes(1)))
struct RegistryCopiesTests {
    private let partitions: Partitions

    init() throws { partitions = try Partitions.test(8) }

    private static func revision(_ comment: String) -> Revision {
        let definition = #"{"Comment":"\#(comment)","StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#
        return Revision(definition: definition, roleARN: "arn:aws:iam::000000000000:role/r")
    }

    /// What a partition has of a machine, and of its current revision.
    private func machines(_ name: String) async throws -> [[String?]] {
        var all: [[String?]] = []
        for number in partitions.stores.indices {
            let partition = partitions.partition(number)
            let record = try await partition.redis("HGET", "~:machines", name).string
            let standard = try await partition.redis("HGET", "~:machines", ":default").string
            all.append([record, standard])
        }
        return all
    }

    @Test("A change is in all partitions when the call has answered: of machines, revisions, the default, activities")
    func changes() async throws {
        try await partitions.home.copyRegistry()
        let revision = Self.revision("one")
        try await partitions.home.deploy(revision, name: "m")
        try await partitions.home.setDefaultMachine("m")
        let now = try await partitions.home.now()
        _ = try await partitions.home.changeMachine("m") { $0.publish(description: nil, at: now) }
        _ = try await partitions.home.create(ActivityRecord(name: "a", creationDate: now))
        for store in partitions.stores {
            #expect(try await store.machine("m")?.revision == revision.hash)
            #expect(try await store.revision(revision.hash) == revision)
            #expect(try await store.defaultMachine() == "m")
            #expect(try await store.machineEntry("m").versions.count == 1)
            #expect(try await store.activity("a") != nil)
            let count = try await store.send(RedisCommand("HGET", store.keys.machines, ":partitions"))
            #expect(count.string == "8")
        }
        #expect(try await partitions.home.differingCopies().isEmpty)
        try await partitions.home.deleteActivity("a")
        _ = try await partitions.home.changeMachine("m") { $0.record = nil }
        for store in partitions.stores {
            #expect(try await store.machine("m") == nil)
            #expect(try await store.activity("a") == nil)
        }
    }

    @Test("A revision is everywhere before a record names it")
    func order() async throws {
        // A record that is of another type stops the change at home: by then the revision is there.
        try await partitions.partition(0).redis("SET", "~:machines", "x")
        let revision = Self.revision("first")
        await #expect(throws: StoreError.self) {
            _ = try await partitions.home.deploy(
                revision,
                as: MachineRecord(name: "m", revision: revision.hash, creationDate: Instant(milliseconds: 1)),
                mode: .put
            )
        }
        for store in partitions.stores.dropFirst() { #expect(try await store.revision(revision.hash) == revision) }
    }

    @Test("What a process that died left undone is found, and done by the next one that starts, or by the same change")
    func halfDone() async throws {
        try await partitions.home.copyRegistry()
        // A store without copies is a process that died before it came to them.
        let dying = RedisStore(client: partitions.home.client, keys: partitions.home.keys)
        try await dying.deploy(Self.revision("two"), name: "m")
        try await dying.setDefaultMachine("m")
        _ = try await dying.pause(machine: "m")
        let found = try await partitions.home.differingCopies()
        #expect(Set(found.map(\.partition)) == Set(1..<8))
        let third = partitions.stores[3].keys
        let places = Set(found.filter { $0.partition == 3 }.map(\.place))
        #expect(places.isSuperset(of: ["\(third.machines) m", "\(third.paused) m"]))
        try await partitions.home.copyRegistry()
        #expect(try await partitions.home.differingCopies().isEmpty)
        #expect(Set(try await machines("m")).count == 1)
        for store in partitions.stores { #expect(try await store.pausedMachines().count == 1) }

        try await dying.deploy(Self.revision("three"), name: "m")
        _ = try await partitions.home.changeMachine("m") { _ in }
        #expect(Set(try await machines("m")).count == 1)
    }

    @Test("Of changes that are made at once by several processes, one holds everywhere")
    func race() async throws {
        try await partitions.home.copyRegistry()
        let namespace = partitions.home.keys.namespace
        try await withThrowingTaskGroup(of: Void.self) { group in
            for process in 0..<6 {
                group.addTask {
                    let own = try Partitions.test(8, of: namespace)
                    for round in 0..<5 {
                        try await own.home.deploy(Self.revision("\(process) \(round)"), name: "m")
                        _ = try await own.home.pause(machine: "m")
                        if process.isMultiple(of: 2) { try await own.home.resume(machine: "m") }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await partitions.home.differingCopies().isEmpty)
        #expect(Set(try await machines("m")).count == 1)
    }

    @Test("A pause stops all partitions, and its end starts them")
    func pause() async throws {
        try await partitions.home.copyRegistry()
        try await partitions.home.deploy(Self.revision("p"), name: "m")
        _ = try await partitions.home.pause(machine: "m")
        for number in partitions.stores.indices {
            try await partitions.partition(number).redis("ZADD", "~:due", "1", "m:x")
            #expect(try await partitions.partition(number).claim().names.isEmpty)
        }
        try await partitions.home.resume(machine: "m")
        for number in partitions.stores.indices {
            // One claim brings it back, the next one has it.
            _ = try await partitions.partition(number).claim()
            #expect(try await partitions.stores[number].pausedMachines().isEmpty)
        }
    }

    @Test("Where there are several partitions, an empty registry is still an empty one")
    func empty() async throws {
        #expect(try await partitions.home.isRegistryEmpty())
        try await partitions.home.copyRegistry()
        #expect(try await partitions.home.isRegistryEmpty())
        for number in partitions.stores.indices {
            #expect(try await partitions.partition(number).call("ready").array?[2] == .integer(0))
        }
        #expect(try await partitions.home.machines().isEmpty)
        try await partitions.home.deploy(Self.revision("e"), name: "m")
        #expect(try await partitions.home.isRegistryEmpty() == false)
        #expect(try await partitions.partition(5).call("ready").array?[2] == .integer(2))
    }
}
