package import CodeUnits
import RedisClient
import StatesLanguage
package import Waitable

extension RedisStore {
    /// What a deployment does where a machine of that name exists.
    package enum Deployment: String, Sendable {
        /// Leaves it, and answers with its record.
        case create
        /// Gives it the new revision; running executions keep theirs.
        case put
    }

    /// Deploys a revision under a machine's name.
    ///
    /// - Returns: `nil` when it was deployed; with ``Deployment/create``, the record of a machine that existed.
    package func deploy(
        _ revision: Revision,
        as record: MachineRecord,
        mode: Deployment
    ) async throws(StoreError) -> MachineRecord? {
        let arguments = FunctionArguments(
            record.name,
            mode.rawValue,
            revision.hash,
            revision.json.text,
            record.json.text
        )
        try await copy(revision)
        let reply = try await call("waitable_deploy", arguments)
        try await copy([RegistryPlace(table: .machines, name: record.name)])
        guard let words = reply.array, let code = words.first?.integer else {
            throw .unexpectedReply(function: "waitable_deploy", reply: "\(reply)")
        }
        if code == 1 { return nil }
        guard words.count > 1, let bytes = words[1].bytes, let json = try? JSON(parsing: bytes),
            let existing = MachineRecord(name: record.name, json: json)
        else { throw .unexpectedReply(function: "waitable_deploy", reply: "\(reply)") }
        return existing
    }

    /// Reads a machine's record.
    ///
    /// - Returns: `nil` where there is no machine of that name.
    package func machine(_ name: String) async throws(StoreError) -> MachineRecord? {
        guard let bytes = try await send(RedisCommand("HGET", keys.machines, name)).bytes,
            let json = try? JSON(parsing: bytes)
        else { return nil }
        return MachineRecord(name: name, json: json)
    }

    /// Looks up many names in one call.
    ///
    /// - Returns: Those of which there is no machine.
    package func undeployed(among names: Set<Spelling>) async throws(StoreError) -> Set<Spelling> {
        guard !names.isEmpty else { return [] }
        let names = Array(names)
        var command = RedisCommand("HMGET", keys.machines)
        for name in names { command.append(name.text) }
        let records = try await send(command).array ?? []
        return Set(zip(names, records).lazy.filter { $0.1 == .null }.map(\.0))
    }

    /// The name of the default machine: the one of a start that names none.
    package func defaultMachine() async throws(StoreError) -> String? {
        try await send(RedisCommand("HGET", keys.machines, Keys.defaultMachineField)).string
    }

    /// Names the default machine.
    package func setDefaultMachine(_ name: String) async throws(StoreError) {
        _ = try await send(RedisCommand("HSET", keys.machines, Keys.defaultMachineField, name))
        try await copyDefaultMachine()
    }

    /// Whether the registry holds nothing at all: nothing was ever deployed, or Redis has lost it.
    package func isRegistryEmpty() async throws(StoreError) -> Bool {
        switch try await send(RedisCommand("HLEN", keys.machines)).integer {
        case 0: true
        case 1: try await send(RedisCommand("HEXISTS", keys.machines, Keys.partitionsField)).integer == 1
        default: false
        }
    }

    /// Those of some revisions, by their hashes, that are not there.
    package func missingRevisions(_ hashes: Set<Spelling>) async throws(StoreError) -> Set<Spelling> {
        let hashes = hashes.map(\.text)
        guard !hashes.isEmpty else { return [] }
        let replies: [RedisValue]
        do {
            replies = try await client.send(hashes.map { RedisCommand("EXISTS", keys.revision($0)) })
        } catch {
            throw refusal(error)
        }
        for case .error(let error) in replies { throw refusal(error) }
        return Set(zip(hashes, replies).lazy.filter { $0.1 == .integer(0) }.map { Spelling($0.0) })
    }

    /// Reads a revision by its hash.
    package func revision(_ hash: String) async throws(StoreError) -> Revision? {
        guard let bytes = try await send(RedisCommand("GET", keys.revision(hash))).bytes,
            let json = try? JSON(parsing: bytes)
        else { return nil }
        return Revision(json: json)
    }
}
