import RedisClient
import StatesLanguage
package import Waitable

extension RedisStore {
    /// Gives a machine a revision: one that exists keeps the rest of its record.
    package func deploy(_ revision: Revision, name: String) async throws(StoreError) {
        let record = try await record(name, revision.hash, known: try await machine(name))
        _ = try await deploy(revision, as: record, mode: .put)
    }

    /// Gives a machine a revision that comes from a file, where that has changed since it was last deployed from one. What
    /// was deployed or deleted by other ways since then stays so.
    ///
    /// - Parameters:
    ///   - isLost: Whether Redis has lost the machine or its revision, so that it is deployed in any case.
    ///   - replaces: Whether it takes the place of a machine of that name.
    /// - Returns: Whether it was deployed.
    @discardableResult
    package func deployFromFile(
        _ revision: Revision,
        name: String,
        isLost: Bool = false,
        replaces: Bool = true
    ) async throws(StoreError) -> Bool {
        while true {
            let texts = try await texts([.machines, .deployed], name)
            if !isLost, texts[1] == revision.hash || !replaces && texts[0] != nil { return false }
            let known = texts[0].flatMap { try? JSON(parsing: $0) }.flatMap { MachineRecord(name: name, json: $0) }
            let record = try await record(name, revision.hash, known: known)
            let changes = [
                RegistryChange(table: .machines, name: name, before: texts[0], after: record.json.text),
                RegistryChange(table: .deployed, name: name, before: texts[1], after: revision.hash),
            ]
            if try await enter(changes, revision: revision) { return true }
        }
    }

    /// Makes a machine the default one that a setting names, where the setting has changed since it was last taken.
    ///
    /// - Returns: Whether it was taken now.
    package func takeDefaultMachine(fromSetting name: String) async throws(StoreError) -> Bool {
        let (table, field) = (keys.registry(.deployed), Keys.defaultMachineField)
        if try await send(RedisCommand("HGET", table, field)).string == name { return false }
        try await setDefaultMachine(name)
        _ = try await send(RedisCommand("HSET", table, field, name))
        return true
    }

    private func record(
        _ name: String,
        _ hash: String,
        known: MachineRecord?
    ) async throws(StoreError) -> MachineRecord {
        guard var record = known else {
            return MachineRecord(name: name, revision: hash, creationDate: try await now())
        }
        record.revision = hash
        return record
    }
}
