import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// Whether executions of the state machines that are deployed can be started.
struct RegistryCheckup {
    let store: RedisStore

    func run(_ findings: inout FindingLog) async throws(StoreError) {
        let machines = try await store.machines()
        let standard = try await store.defaultMachine()
        if standard == nil || !machines.contains(where: { $0.name.utf8.elementsEqual(standard?.utf8 ?? "".utf8) }) {
            findings.add(
                Finding(
                    "no-default-machine",
                    // Who has other machines may want none for starts that name none.
                    standard != nil ? .error : machines.isEmpty ? .warning : .info,
                    at: store.keys.machines,
                    standard.map {
                        "The default state machine '\($0)' is not deployed: starts that name none are refused."
                    }
                        ?? "There is no default state machine: starts that name none are refused.",
                    "Start an ingest that has it in its folder, or deploy it (waitable deploy FILE --default)."
                )
            )
        }
        let missing = try await store.missingRevisions(Set(machines.map(\.revision)))
        for machine in machines where missing.contains(machine.revision) {
            findings.add(
                Finding(
                    "machine-revision-missing",
                    .error,
                    at: store.keys.revision(machine.revision),
                    "The revision of the state machine '\(machine.name)' is gone: its starts are refused.",
                    "Deploy the same definition again (waitable deploy): that brings the revision back."
                )
            )
        }
    }
}
