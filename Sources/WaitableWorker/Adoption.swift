import Logging
import StatesLanguage
import Waitable
import WaitableRedis

/// Takes over members of the `due` set that have no document: items that were put into Redis by hand, with `HSET` and
/// `ZADD`.
struct Adoption: Sendable {
    let worker: Worker
    let claim: Claim

    /// Makes an execution of the member's item, standing in its wait, and runs it on. A member without an item becomes
    /// a failed execution that says so: nothing that was in the set goes silently away.
    ///
    /// - Returns: `nil` where the lease is lost, or an execution of that name exists.
    func adopt(_ member: ClaimedMember) async throws -> Step? {
        guard let machine = try await machine(of: member.member) else {
            throw AdoptionError(member: member.member, reason: "no state machine is deployed for it")
        }
        let id = ExecutionKey(member: member.member)?.name ?? member.member
        let key = ExecutionKey(machine: machine.name, name: id)
        if !key.member.utf8.elementsEqual(member.bytes) {
            guard try await worker.store.adopt(member: member.bytes, as: key, token: claim.token) else {
                throw AdoptionError(member: member.member, reason: "the lease is lost, or \(key) exists already")
            }
        }
        let item = try await worker.store.items([ItemKey(table: worker.itemTable, id: id)]).first ?? nil
        let execution = Execution(
            key: key,
            revision: machine.hash,
            startDate: claim.now,
            input: input(id: id, item)
        )
        guard item != nil else {
            let cause =
                "The due set had this member, but there is neither an execution nor an item '\(id)' in the table "
                + "'\(worker.itemTable)'."
            return execution.failing(ExecutionFailure(error: "Waitable.ItemMissing", cause: cause), at: claim.now)
        }
        worker.logger.info("item adopted", metadata: ["execution": "\(key)"])
        let secret = try await worker.identity.secret()
        return try ExecutionRunner(machine: machine, arn: worker.arn, secret: secret).adopt(execution, at: claim.now)
    }

    private func machine(of member: String) async throws -> DeployedMachine? {
        if let name = ExecutionKey(member: member)?.machine { return try await worker.machines.current(name) }
        guard let name = try await worker.store.defaultMachine() else { return nil }
        return try await worker.machines.current(name)
    }

    /// The input that a start by HTTP would have had.
    private func input(id: String, _ item: [ItemField]?) -> String {
        let instant = item?.first { $0.name == "StartActionAt" }?.value ?? claim.now.iso8601
        return JSON.object(["Id": .string(id), "StartTimestamp": .string(instant)]).text
    }
}

/// A member that cannot be taken over.
struct AdoptionError: Error, CustomStringConvertible {
    let member: String
    let reason: String

    var description: String { "the member '\(member)' of the due set cannot be adopted: \(reason)" }
}
