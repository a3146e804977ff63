import Logging
import StatesLanguage
import Waitable
import WaitableOperations
import WaitableRedis

/// Takes over members of the `due` set that have no document: items that were put into Redis by hand, with `HSET` and
/// `ZADD`.
struct Adoption: Sendable {
    let worker: Worker
    let claim: Claim
    /// The lease under which the member is held by now.
    let token: String
    /// `false` where it is known that the member's machine is not deployed.
    let isDeployed: Bool

    /// Makes an execution of the member's item, standing in its wait, and runs it on. A member that is no item, or that
    /// cannot be taken over however often it comes, becomes a failed execution that says so: nothing that was in the set
    /// goes silently away.
    ///
    /// - Returns: `nil` where the lease is lost.
    /// - Throws: ``AdoptionError`` where it may be taken over later: its state machine may be deployed by then.
    func adopt(_ member: ClaimedMember) async throws -> Step? {
        do {
            return try await takeOver(member)
        } catch let error as AdoptionError
            where error.isFinal || member.redeliveries > worker.configuration.poisonLimit
        {
            return try await givingUp(member, error)
        }
    }

    private func takeOver(_ member: ClaimedMember) async throws -> Step? {
        let id = member.key?.name ?? member.member
        guard !member.bytes.isEmpty else { throw AdoptionError(member, "it must not be empty", isFinal: true) }
        guard isDeployed else { throw AdoptionError(member, "no state machine is deployed for it") }
        if try await isMoved(member, id: id) { return nil }
        guard let machine = try await machine(of: member.member) else {
            throw AdoptionError(member, "no state machine is deployed for it")
        }
        let key = ExecutionKey(machine: machine.name, name: id)
        guard key.member.utf8.count <= Limits.name else {
            let reason = "with its state machine's name it must have at most \(Limits.name) bytes"
            throw AdoptionError(member, reason, isFinal: true)
        }
        if !key.member.utf8.elementsEqual(member.bytes) {
            switch try await worker.store.adopt(member: member.bytes, as: key, token: token) {
            case .adopted: break
            case .lost: return nil
            case .exists: throw AdoptionError(member, "there is an execution '\(key)' already", isFinal: true)
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
        let runner = ExecutionRunner(
            machine: machine,
            arn: worker.arn,
            secret: secret,
            areApart: worker.store.keys.partitioning.areApart,
            tables: try await worker.machines.declaredTables()
        )
        return try runner.adopt(execution, at: claim.now).accepted(by: machine)
    }

    /// Sends a member whose id lies in another partition there, with its item.
    ///
    /// - Returns: Whether it is another worker's now.
    private func isMoved(_ member: ClaimedMember, id: String) async throws -> Bool {
        let keys = worker.store.keys
        let partition = keys.partitioning.partition(of: id)
        guard partition != keys.partition else { return false }
        let item = ItemKey(table: worker.itemTable, id: id)
        do throws(StoreError) {
            guard try await worker.store.move(member: member.bytes, item, to: partition, token: token) else {
                return true
            }
        } catch {
            guard error.refusal?.code == .validation else { throw error }
            throw AdoptionError(member, "it belongs to partition \(partition): \(error)", isFinal: true)
        }
        worker.logger.info(
            "member moved",
            metadata: ["member": "\(AdoptionError.shown(member))", "to": "\(partition)"]
        )
        worker.deliverer?.note([partition], in: keys.partition)
        return true
    }

    /// A name for a member that has none, made of what it is; in this partition.
    private func name(of member: ClaimedMember) -> String {
        let keys = worker.store.keys
        let text = Hex.text(member.bytes)
        var name = DerivedUUID.text(text)
        var tries = 0
        while keys.partitioning.partition(of: name) != keys.partition {
            tries += 1
            name = DerivedUUID.text(text, "\(tries)")
        }
        return name
    }

    /// A failed execution in place of a member: of its own name where that can be one.
    private func givingUp(_ member: ClaimedMember, _ error: AdoptionError) async throws -> Step? {
        let own = member.key.flatMap { key in
            member.document == nil && key.member.utf8.elementsEqual(member.bytes) && member.bytes.count <= Limits.name
                ? key : nil
        }
        var key = own ?? ExecutionKey(machine: "unknown", name: name(of: member))
        if own == nil {
            if let machine = try await worker.store.defaultMachine() {
                key = ExecutionKey(machine: machine, name: key.name)
            }
            let adoption = try await worker.store.adopt(member: member.bytes, as: key, token: token)
            guard adoption == .adopted else { return nil }
        }
        worker.logger.error("member given up", metadata: ["execution": "\(key)", "error": "\(error)"])
        let execution = Execution(
            key: key,
            revision: "",
            startDate: claim.now,
            input: JSON.object(["Member": .string(AdoptionError.shown(member))]).text
        )
        return execution.failing(ExecutionFailure(error: "Waitable.NotAdopted", cause: "\(error)"), at: claim.now)
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
    private let member: String
    private let reason: String
    /// Whether it can never be taken over.
    let isFinal: Bool

    init(_ member: ClaimedMember, _ reason: String, isFinal: Bool = false) {
        self.member = Self.shown(member)
        self.reason = reason
        self.isFinal = isFinal
    }

    /// The member as far as it may stand in a message.
    static func shown(_ member: ClaimedMember) -> String {
        member.member.utf8.count <= 128 ? member.member : String(member.member.unicodeScalars.prefix(128)) + "…"
    }

    var description: String { "the member '\(member)' of the due set cannot be adopted: \(reason)" }
}
