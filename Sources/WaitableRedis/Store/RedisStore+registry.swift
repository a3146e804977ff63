import RedisClient
package import StatesLanguage
package import Waitable

extension RedisStore {
    /// Reads a state machine with its versions and aliases.
    package func machineEntry(_ name: String) async throws(StoreError) -> MachineEntry {
        try await readMachine(name).entry
    }

    /// Changes a state machine, its versions and aliases, as one: on what was read, and again when it has changed
    /// meanwhile.
    ///
    /// - Parameter change: Changes the entry; may be called more than once. Its errors end the change, with nothing done.
    /// - Returns: What the change returned.
    package func changeMachine<Result>(
        _ name: String,
        _ change: (inout MachineEntry) throws -> Result
    ) async throws -> Result {
        while true {
            let (entry, texts) = try await readMachine(name)
            var changed = entry
            let result = try change(&changed)
            guard changed != entry else {
                // The same change before may have been cut off.
                try await copyMachine(name)
                return result
            }
            let after = changed.texts
            let changes = zip([RegistryTable.machines, .versions, .aliases], zip(texts, after)).map { table, text in
                RegistryChange(table: table, name: name, before: text.0, after: text.1)
            }
            if try await enter(changes.filter { $0.before != $0.after }, revision: changed.newRevision) {
                return result
            }
        }
    }

    /// The names and records of all state machines, by name.
    package func machines() async throws(StoreError) -> [MachineRecord] {
        var records: [MachineRecord] = []
        for (name, record) in try await send(RedisCommand("HGETALL", keys.machines)).pairs {
            guard let name = name.string, !name.hasPrefix(":"),
                let json = record.bytes.flatMap({ try? JSON(parsing: $0) }),
                let record = MachineRecord(name: name, json: json)
            else { continue }
            records.append(record)
        }
        return records.sorted { $0.name < $1.name }
    }

    /// The tags of a resource, by its ARN's last parts: `stateMachine:NAME`.
    package func tags(of resource: String) async throws(StoreError) -> JSONObject {
        try await readTags(resource).tags
    }

    /// Changes the tags of a resource.
    package func changeTags(of resource: String, _ change: (inout JSONObject) throws -> Void) async throws {
        while true {
            let (tags, text) = try await readTags(resource)
            var changed = tags
            try change(&changed)
            guard changed != tags else { return }
            let after = changed.isEmpty ? nil : JSON.object(changed).text
            let entry = RegistryChange(table: .tags, name: resource, before: text, after: after)
            if try await enter([entry], revision: nil) { return }
        }
    }

    private func readTags(_ resource: String) async throws(StoreError) -> (tags: JSONObject, text: String?) {
        let text = try await send(RedisCommand("HGET", keys.registry(.tags), resource)).string
        return (text.flatMap { try? JSON(parsing: $0) }?.objectValue ?? [:], text)
    }

    private func readMachine(_ name: String) async throws(StoreError) -> (entry: MachineEntry, texts: [String?]) {
        let texts = try await texts([.machines, .versions, .aliases], name)
        return (MachineEntry(name: name, texts: texts), texts)
    }

    /// The entries of one name in some tables, in their order.
    func texts(_ tables: [RegistryTable], _ name: String) async throws(StoreError) -> [String?] {
        let replies: [RedisValue]
        do {
            replies = try await client.send(tables.map { RedisCommand("HGET", keys.registry($0), name) })
        } catch {
            throw refusal(error)
        }
        for case .error(let error) in replies { throw refusal(error) }
        return replies.map(\.string)
    }

    private func copyMachine(_ name: String) async throws(StoreError) {
        try await copy([.machines, .versions, .aliases].map { RegistryPlace(table: $0, name: name) })
    }

    /// Makes changes, all of them or none; at the registry's home, in all partitions.
    ///
    /// - Returns: Whether every entry was as it had been read.
    func enter(_ changes: [RegistryChange], revision: Revision?) async throws(StoreError) -> Bool {
        if let revision { try await copy(revision) }
        guard try await register(changes, revision: revision) else { return false }
        try await copy(changes.map { RegistryPlace(table: $0.table, name: $0.name) })
        return true
    }

    private func register(_ changes: [RegistryChange], revision: Revision?) async throws(StoreError) -> Bool {
        var arguments = FunctionArguments(revision?.hash ?? "", revision?.json.text ?? "")
        for change in changes {
            for word in [change.table.rawValue, change.name, change.before ?? "", change.after ?? ""] {
                arguments.append(word)
            }
        }
        return try await call("waitable_register", arguments).integer == 1
    }
}
