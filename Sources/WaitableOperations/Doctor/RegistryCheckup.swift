import RedisClient
import StatesLanguage
import Waitable
import WaitableRedis

/// Whether executions of the state machines that are deployed can be started.
struct RegistryCheckup {
    /// The registry's home.
    let store: RedisStore
    let mends: Bool

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
        try await checkCopies(&findings)
    }

    /// Whether every partition has what the home has.
    private func checkCopies(_ findings: inout FindingLog) async throws(StoreError) {
        let differences = try await store.differingCopies()
        guard !differences.isEmpty else { return }
        if mends { try await store.copyRegistry() }
        for difference in differences {
            findings.add(
                Finding(
                    "registry-differs",
                    .error,
                    at: difference.place,
                    "Partition \(difference.partition) does not have what partition 0 has: a change was cut off, or made by hand.",
                    mends
                        ? "Mended: it was copied from partition 0."
                        : "Start an ingest, or run waitable doctor --repair.",
                    outcome: mends ? .mended : .found
                )
            )
        }
    }
}
