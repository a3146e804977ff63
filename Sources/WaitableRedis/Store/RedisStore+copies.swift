import RedisClient
import StatesLanguage
import Waitable

/// The registry's home is partition 0. What functions read of it lies in every other partition too, where it is brought after
/// each change; what a process that died has left undone is done by the next one that starts, or with the next change.
extension RedisStore {
    /// What functions read, and so every partition has.
    static let copiedTables: [RegistryTable] = [.machines, .versions, .aliases, .activities, .tables]

    /// An entry of a table.
    struct RegistryPlace: Sendable {
        var table: RegistryTable
        var name: String
    }

    /// Brings a revision to the other partitions: before anything names it, so that no start finds it missing.
    func copy(_ revision: Revision) async throws(StoreError) {
        let (hash, text) = (revision.hash, revision.json.text)
        try await inCopies { copy async throws(StoreError) in
            _ = try await copy.send(RedisCommand("SET", copy.keys.revision(hash), text, "NX"))
        }
    }

    /// Brings entries, as they are now, to the other partitions.
    func copy(_ places: [RegistryPlace]) async throws(StoreError) {
        let places = places.filter { Self.copiedTables.contains($0.table) }
        guard !places.isEmpty else { return }
        try await inCopies { copy async throws(StoreError) in
            // Read once more after each write: whoever wrote last has seen what holds at home.
            while true {
                let here = try await self.texts(places)
                let there = try await copy.texts(places)
                let changes = zip(places, zip(there, here)).compactMap { place, text -> RegistryChange? in
                    let isSame = text.0.map { Spelling($0) } == text.1.map { Spelling($0) }
                    return isSame
                        ? nil : RegistryChange(table: place.table, name: place.name, before: text.0, after: text.1)
                }
                guard !changes.isEmpty else { return }
                _ = try await copy.enter(changes, revision: nil)
            }
        }
    }

    /// Brings the name of the default machine to the other partitions.
    func copyDefaultMachine() async throws(StoreError) {
        try await inCopies { copy async throws(StoreError) in
            while let name = try await self.defaultMachine() {
                let known = try await copy.defaultMachine()
                if known.map({ Spelling($0) }) == Spelling(name) { return }
                try await copy.setDefaultMachine(name)
            }
        }
    }

    /// Pauses a machine in the other partitions, or resumes it: as it is at home.
    package func copyPause(of machine: String) async throws(StoreError) {
        guard !copies.isEmpty else { return }
        try await copy([RegistryPlace(table: .machines, name: machine)])
        try await inCopies { copy async throws(StoreError) in
            while true {
                let isPaused = try await self.isPaused(machine)
                if try await copy.isPaused(machine) == isPaused { return }
                _ = try await copy.call(isPaused ? "waitable_pause" : "waitable_unpause", FunctionArguments(machine))
            }
        }
    }

    private func isPaused(_ machine: String) async throws(StoreError) -> Bool {
        try await send(RedisCommand("HGET", keys.paused, machine)).integer ?? 0 > 0
    }

    /// Where another partition's registry is not the home's: its number, and what differs. Nothing is changed.
    package func differingCopies() async throws(StoreError) -> [(partition: Int, place: String)] {
        var found: [(partition: Int, place: String)] = []
        let here = try await registry()
        for copy in copies {
            let there = try await copy.registry()
            for place in here.differences(from: there) {
                found.append((copy.keys.partition, "\(copy.keys.registry(place.table)) \(place.name)"))
            }
            let count = Keys.partitionsField
            if try await copy.send(RedisCommand("HGET", copy.keys.machines, count)).string != "\(copies.count + 1)" {
                found.append((copy.keys.partition, "\(copy.keys.machines) \(count)"))
            }
            for hash in try await copy.missingRevisions(here.revisions).sorted() {
                found.append((copy.keys.partition, copy.keys.revision(hash.text)))
            }
            for machine in here.paused.symmetricDifference(there.paused).sorted() {
                found.append((copy.keys.partition, "\(copy.keys.paused) \(machine)"))
            }
        }
        return found
    }

    /// Brings all of the registry to the other partitions, and their number to all: what was left undone is done.
    package func copyRegistry() async throws(StoreError) {
        guard !copies.isEmpty else { return }
        let count = RedisCommand("HSET", keys.machines, Keys.partitionsField, "\(copies.count + 1)")
        _ = try await send(count)
        let here = try await registry()
        try await inCopies { copy async throws(StoreError) in
            let count = RedisCommand("HSET", copy.keys.machines, Keys.partitionsField, "\(self.copies.count + 1)")
            _ = try await copy.send(count)
            for hash in try await copy.missingRevisions(here.revisions) {
                guard let revision = try await self.revision(hash.text) else { continue }
                let text = revision.json.text
                _ = try await copy.send(RedisCommand("SET", copy.keys.revision(hash.text), text, "NX"))
            }
        }
        var places: [RegistryPlace] = []
        var machines = here.paused
        for copy in copies {
            let there = try await copy.registry()
            places += here.differences(from: there)
            machines.formUnion(there.paused)
        }
        for start in stride(from: 0, to: places.count, by: 50) {
            try await copy(Array(places[start..<min(start + 50, places.count)]))
        }
        try await copyDefaultMachine()
        for machine in machines where here.names.contains(machine) { try await copyPause(of: machine.text) }
    }

    /// What a partition has of the registry.
    private struct Registry: Sendable {
        var tables: [[Spelling: Spelling]] = []
        var paused: Set<Spelling> = []
        var revisions: Set<Spelling> = []

        var names: Set<Spelling> { Set(tables[0].keys) }

        func differences(from other: Registry) -> [RegistryPlace] {
            zip(copiedTables, zip(tables, other.tables)).flatMap { table, rows in
                Set(rows.0.keys).union(rows.1.keys).sorted()
                    .filter { !$0.text.hasPrefix(":") && rows.0[$0] != rows.1[$0] }
                    .map { RegistryPlace(table: table, name: $0.text) }
            }
        }
    }

    private func registry() async throws(StoreError) -> Registry {
        var registry = Registry()
        for table in Self.copiedTables {
            var rows: [Spelling: Spelling] = [:]
            for (name, text) in try await send(RedisCommand("HGETALL", keys.registry(table))).pairs {
                guard let name = name.string, let text = text.string else { continue }
                rows[name] = Spelling(text)
            }
            registry.tables.append(rows)
        }
        for (name, since) in try await send(RedisCommand("HGETALL", keys.paused)).pairs {
            guard let name = name.string, !name.hasPrefix(":"), since.integer ?? 0 > 0 else { continue }
            registry.paused.insert(Spelling(name))
        }
        for (name, texts) in registry.tables[0] where !name.text.hasPrefix(":") {
            let versions = registry.tables[1][name]?.text
            let entry = MachineEntry(name: name.text, texts: [texts.text, versions, nil])
            for hash in [entry.record?.revision].compactMap(\.self) + entry.versions.map(\.revision) {
                registry.revisions.insert(Spelling(hash))
            }
        }
        return registry
    }

    private func texts(_ places: [RegistryPlace]) async throws(StoreError) -> [String?] {
        let replies: [RedisValue]
        do {
            replies = try await client.send(places.map { RedisCommand("HGET", keys.registry($0.table), $0.name) })
        } catch {
            throw refusal(error)
        }
        for case .error(let error) in replies { throw refusal(error) }
        return replies.map(\.string)
    }

    /// Does something in all other partitions at once, and throws after that where it has failed in one.
    private func inCopies(
        _ body: @Sendable @escaping (RedisStore) async throws(StoreError) -> Void
    ) async throws(StoreError) {
        guard !copies.isEmpty else { return }
        let failures = await withTaskGroup(of: StoreError?.self) { group in
            for copy in copies {
                group.addTask {
                    do throws(StoreError) {
                        try await body(copy)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [StoreError]()) { failures, error in
                if let error { failures.append(error) }
            }
        }
        if let failure = failures.first { throw failure }
    }
}
